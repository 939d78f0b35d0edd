-- Profit and loss of a month, from the ledger: beside it the month before and the year so far, in euros at the rate of
-- the day of booking. Costs are negative, so that each column adds up to the result, and the shares to the margin; a
-- change above zero is for the better.
with months as (
    select date_trunc('month', :month::date)::date as this,
           (date_trunc('month', :month::date) - interval '1 month')::date as before,
           (date_trunc('month', :month::date) + interval '1 month')::date as next,
           date_trunc('year', :month::date)::date as year
), booked as (
    select p.account, m.this as month,
           -sum(p.amount / r.per_eur) filter (where e.booked_on >= m.this) as amount,
           -sum(p.amount / r.per_eur) filter (where e.booked_on >= m.before and e.booked_on < m.this) as before,
           -sum(p.amount / r.per_eur) filter (where e.booked_on >= m.year) as year
    from months m
    join entries e on e.booked_on >= least(m.year, m.before) and e.booked_on < m.next
    join postings p on p.entry_id = e.id
    join fx_rates r on r.currency = p.currency and r.day = e.booked_on
    group by p.account, m.this
), lines as (
    select b.month, a.kind, a.code, a.name, round(coalesce(b.amount, 0), 2) as amount,
           round(coalesce(b.before, 0), 2) as before, round(coalesce(b.year, 0), 2) as year
    from booked b
    join accounts a on a.code = b.account
    where a.kind in ('revenue', 'cost')
)
select case kind when 'revenue' then 'Revenue' else 'Costs' end as section, code as account, name, month,
       amount, round(amount / nullif(sum(amount) filter (where kind = 'revenue') over (), 0), 6) as of_revenue,
       before, amount - before as change, round((amount - before) / nullif(abs(before), 0), 6) as change_percent,
       year as year_to_date, round(year / nullif(sum(year) filter (where kind = 'revenue') over (), 0), 6) as year_of_revenue
from lines
order by kind desc, code
