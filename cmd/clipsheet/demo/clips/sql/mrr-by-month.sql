-- Monthly recurring revenue: what was subscribed to at the end of each month (today, in the current one), in euros
-- at the exchange rate of that day.
with months as (
    select month::date as month,
           least((month + interval '1 month' - interval '1 day')::date, current_date) as day
    from generate_series(date_trunc('month', current_date) - :months * interval '1 month',
                         date_trunc('month', current_date),
                         interval '1 month') month
), by_currency as (
    select m.month, m.day, s.currency, sum(s.monthly_amount) as amount, count(distinct s.customer_id) as customers
    from months m
    join subscriptions s on s.started_on <= m.day and (s.ended_on is null or s.ended_on > m.day)
    group by m.month, m.day, s.currency
), in_euros as (
    select b.month, sum(b.customers)::bigint as customers, round(sum(b.amount / r.per_eur), 2) as mrr
    from by_currency b
    cross join lateral (
        select per_eur from fx_rates where currency = b.currency and day <= b.day order by day desc limit 1
    ) r
    group by b.month
)
select month, customers, mrr,
       mrr - lag(mrr) over (order by month) as change,
       round(mrr / customers, 2) as per_customer
from in_euros
order by month
