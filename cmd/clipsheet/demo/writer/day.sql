-- A new day has exchange rates of its own, a little off those of the day before.
insert into fx_rates (currency, day, per_eur)
select currency, current_date, case currency when 'EUR' then 1 else round(per_eur * (0.998 + 0.004 * random())::numeric, 8) end
from fx_rates
where day = (select max(day) from fx_rates) and day < current_date
on conflict do nothing;
