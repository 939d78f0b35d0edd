-- Somebody pays what is still open of an invoice.
with unpaid as (
    select i.id, i.currency, i.gross - coalesce(sum(p.amount), 0) as amount
    from invoices i
    left join payments p on p.invoice_id = i.id
    where i.kind = 'invoice' and i.written_off_on is null and i.issued_on > current_date - 120
    group by i.id
    having i.gross > coalesce(sum(p.amount), 0)
    order by random()
    limit 1
), paid as (
    insert into payments (processor_ref, invoice_id, received_at, method, currency, amount, fee)
    select 9100000000000000000 + (random() * 1e17)::bigint, id, now(), 'card', currency, amount, 0
    from unpaid
    returning id, processor_ref, invoice_id, currency, amount
), entry as (
    insert into entries (booked_on, kind, memo, invoice_id, payment_id)
    select current_date, 'payment', 'Payment ' || processor_ref, invoice_id, id
    from paid
    returning id
)
insert into postings (entry_id, line, account, currency, amount)
select entry.id, l.line, l.account, paid.currency, l.amount
from entry, paid,
     lateral (values (1, '0019', paid.amount), (2, '0110', -paid.amount)) l (line, account, amount);
