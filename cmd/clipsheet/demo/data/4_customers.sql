-- Customers, in the order they came: a few hundred before the books begin, then ever more, fewer on weekends.

create table seed.new_customers as
with positions as (
    select n, case when n <= 260
                   then seed.first_day() - 1 - ((260 - n) * 2.6)::int
                   else seed.first_day() + floor((seed.today() - seed.first_day()) * power((n - 260) / 1840.0, 0.72))::int
              end as day
    from generate_series(1, 2100) n
), weekdays as (
    select n, case when extract(isodow from day) > 5 and seed.rand(n, 1) < 0.7 then day - 2 else day end as day
    from positions
), countries as (
    select country, firsts, seconds, sum(weight) over (order by country) - weight as low,
           sum(weight) over (order by country) as high, sum(weight) over () as total
    from seed.words
), placed as (
    select n, day, country, firsts, seconds, row_number() over (partition by country order by n) - 1 as k
    from weekdays
    join countries on seed.rand(n, 2) * total >= low and seed.rand(n, 2) * total < high
), named as (
    -- Every pair of words comes up before one comes up again.
    select *, cardinality(firsts) as f, cardinality(seconds) as s from placed
)
select n as id, day, country,
       coalesce(odd_names.name,
                firsts[1 + k % f]
                || case when country in ('JP', 'KR', 'CN', 'TW', 'TH') then '' else ' ' end
                || seconds[1 + (k / f + k % f) % s]
                || case when k / (f * s) > 0 then ' ' || (k / (f * s) + 1)::text else '' end) as name,
       seed.rand(n, 3) as size
from named
left join seed.odd_names on odd_names.id = n;

insert into customers (id, account_no, external_id, name, email, country, iban, channel, signed_up_at, churned_on)
select id, lpad((id * 7 + 5)::text, 6, '0'), (900719925474099300 + id * 7919)::text, c.name,
       seed.pick(id, 4, '{billing,accounts,ap,finance,invoices,office}') || '@' || 'c' || id || '.example',
       country,
       case when size > 0.55 then
           seed.iban(country, lpad((seed.rand(id, 5) * 1e9)::bigint::text, 9, '0') || lpad((seed.rand(id, 6) * 1e9)::bigint::text, 9, '0'))
       end,
       seed.pick(id, 7, '{search,search,search,referral,referral,button,button,conference,partner,ads,direct}'),
       least(day + interval '7 hours' + seed.rand(id, 8) * interval '13 hours', now()), -- nobody comes tomorrow
       -- About one in forty-five leaves each month, the small ones sooner.
       nullif(least(day + 20 + floor(-ln(1 - seed.rand(id, 9)) * (900 + 1200 * size))::int, seed.today() + 1), seed.today() + 1)
from seed.new_customers c;

-- Half of those who stay long enough move up one plan.
create table seed.plan_of as
select c.id, c.size,
       case when size < 0.42 then 1 when size < 0.78 then 2 when size < 0.965 then 3 else 4 end as rank,
       n.signed_up_at::date + 14 as begins,
       case when seed.rand(c.id, 10) < 0.5 and size < 0.965
            then n.signed_up_at::date + 14 + (90 + seed.rand(c.id, 11) * 500)::int end as upgrades,
       coalesce(n.churned_on, 'infinity') as churns
from seed.new_customers c
join customers n using (id);

insert into subscriptions (customer_id, plan, quantity, currency, monthly_amount, billing, started_on, ended_on)
select s.id, plans.code, s.quantity, countries.currency, seed.priced(plans.price_eur, countries.currency) * s.quantity,
       case when seed.rand(s.id, 12) < 0.12 then 'annual' else 'monthly' end, s.started_on, s.ended_on
from (
    select id, rank, 1 + floor(seed.rand(id, 13) * 3)::int as quantity, begins as started_on,
           nullif(least(case when upgrades <= seed.today() then upgrades end, churns), 'infinity') as ended_on
    from seed.plan_of
    union all
    select id, rank + 1, 1 + floor(seed.rand(id, 14) * 2)::int, upgrades, nullif(churns, 'infinity')
    from seed.plan_of
    where upgrades < churns
) s
join plans using (rank)
join customers on customers.id = s.id
join countries on countries.code = customers.country
where s.started_on <= seed.today() and (s.ended_on is null or s.ended_on > s.started_on)
order by s.started_on, s.id;
