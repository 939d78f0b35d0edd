-- A customer goes over their plan and is invoiced for the hours.
with customer as (
    select s.id as subscription_id, s.customer_id, s.currency, co.vat_rate, round(10 + random() * 200)::numeric as net
    from subscriptions s
    join customers c on c.id = s.customer_id
    join countries co on co.code = c.country
    where s.ended_on is null
    order by random()
    limit 1
), issued as (
    insert into invoices (number, kind, customer_id, subscription_id, issued_on, due_on, currency, net, tax, gross)
    select 'INV-' || extract(year from current_date) || '-' || nextval('invoice_numbers'), 'invoice', customer_id,
           subscription_id, current_date, current_date + 30, currency, net, tax, net + tax
    from customer, round(net * vat_rate / 100, case currency when 'JPY' then 0 else 2 end) tax
    returning id, number, currency, net, tax, gross
), line as (
    insert into invoice_lines (invoice_id, line, description, quantity, amount)
    select id, 1, 'Usage above the plan, hours', round(net / 0.35, 3), net from issued
), entry as (
    insert into entries (booked_on, kind, memo, invoice_id)
    select current_date, 'invoice', number, id from issued
    returning id
)
insert into postings (entry_id, line, account, currency, amount)
select entry.id, l.line, l.account, issued.currency, l.amount
from entry, issued,
     lateral (values (1, '0110', issued.gross), (2, '0410', -issued.net), (3, '0170', -issued.tax)) l (line, account, amount)
where l.amount <> 0;
