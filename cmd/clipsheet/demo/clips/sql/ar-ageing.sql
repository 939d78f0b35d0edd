-- Who owes us what, by how long it is overdue, as it stood at the end of a day. Amounts are in the currency of the
-- invoice, the total in euros too. A credit note not yet paid out counts against what the customer owes.
with paid as (
    select invoice_id, sum(amount) as amount
    from payments
    where received_at < :as_of::date + 1
    group by invoice_id
), open_items as (
    select i.customer_id, i.currency, i.gross - coalesce(p.amount, 0) as amount, :as_of::date - i.due_on as days
    from invoices i
    left join paid p on p.invoice_id = i.id
    where i.issued_on <= :as_of
      and (i.written_off_on is null or i.written_off_on > :as_of)
      and i.gross <> coalesce(p.amount, 0)
)
select c.account_no, c.name, c.country, o.currency,
       coalesce(sum(o.amount) filter (where o.days <= 0), 0.00) as not_due,
       coalesce(sum(o.amount) filter (where o.days between 1 and 30), 0.00) as days_1_30,
       coalesce(sum(o.amount) filter (where o.days between 31 and 60), 0.00) as days_31_60,
       coalesce(sum(o.amount) filter (where o.days between 61 and 90), 0.00) as days_61_90,
       coalesce(sum(o.amount) filter (where o.days > 90), 0.00) as days_over_90,
       sum(o.amount) as total,
       round(sum(o.amount) / r.per_eur, 2) as total_eur
from open_items o
join customers c on c.id = o.customer_id
cross join lateral (
    select per_eur from fx_rates where currency = o.currency and day <= :as_of order by day desc limit 1
) r
group by c.id, o.currency, r.per_eur
order by total_eur desc, c.account_no
