-- What was on each bank account at the end of a day, today as it stands, and when it last moved. Account numbers are text: 0012 keeps its zeros.
with balances as (
    select p.account, p.currency, sum(p.amount) as balance, max(e.booked_on) as last_booked_on
    from postings p
    join entries e on e.id = p.entry_id
    join accounts a on a.code = p.account
    where a.kind = 'bank'
      and e.booked_on <= :as_of
    group by p.account, p.currency
)
select a.code as account, a.name, b.currency, b.balance, round(b.balance / r.per_eur, 2) as balance_eur, b.last_booked_on
from balances b
join accounts a on a.code = b.account
cross join lateral (select per_eur from fx_rates where currency = b.currency and day <= :as_of order by day desc limit 1) r
order by a.code, b.currency
