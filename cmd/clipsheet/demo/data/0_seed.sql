-- Tools for making the rows, gone when they are made. Chance is a hash of a number and a purpose, so that every
-- machine gets the same company, shifted to end today.

do $$
begin
    if not exists (select from pg_roles where rolname = 'harbour_app') then
        create role harbour_app nologin;
    end if;
end
$$;
grant create on schema public to harbour_app;
create schema seed authorization harbour_app;
set local role harbour_app;

create function seed.today() returns date language sql stable return current_date;

-- first_day is where the books begin: three years ago, on the first of a month.
create function seed.first_day() returns date language sql stable
return (date_trunc('month', current_date) - interval '36 months')::date;

-- rand is a number from 0 up to 1, always the same for the same arguments.
create function seed.rand(n bigint, purpose bigint) returns double precision language sql immutable
return (hashint8extended(n, purpose) & 9007199254740991)::double precision / 9007199254740992;

-- pick is one of a list; naming a value twice makes it twice as likely.
create function seed.pick(n bigint, purpose bigint, among text[]) returns text language sql immutable
return among[1 + floor(seed.rand(n, purpose) * cardinality(among))::int];

-- priced is a list price in a currency, rounded as a price list would.
create function seed.priced(eur numeric, currency text) returns numeric language sql immutable
return case currency
           when 'USD' then round(eur * 1.10) when 'GBP' then round(eur * 0.90) when 'CHF' then round(eur * 1.00)
           when 'SEK' then round(eur * 11.5) when 'PLN' then round(eur * 4.4) when 'JPY' then round(eur * 160, -2)
           when 'INR' then round(eur * 90, -1) else eur
       end;

-- money rounds to what the currency has: yen come whole.
create function seed.money(amount numeric, currency text) returns numeric language sql immutable
return round(amount, case currency when 'JPY' then 0 else 2 end);

create function seed.bank(currency text) returns text language sql immutable
return case currency
           when 'EUR' then '0010' when 'USD' then '0011' when 'GBP' then '0012' when 'CHF' then '0013'
           when 'SEK' then '0014' when 'PLN' then '0015' when 'JPY' then '0016' when 'INR' then '0017'
       end;

-- iban has the check digits of ISO 13616: the letters of the country count as numbers from 10.
create function seed.iban(country text, digits text) returns text language sql immutable
return country
    || lpad((98 - (digits || (ascii(left(country, 1)) - 55)::text || (ascii(right(country, 1)) - 55)::text || '00')::numeric
                  % 97)::text, 2, '0')
    || digits;
