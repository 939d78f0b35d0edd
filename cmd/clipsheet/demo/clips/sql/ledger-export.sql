-- The postings of a period, for the auditor: from the first day up to, not including, the last. Debit and credit
-- stand in columns of their own, as accountants read them.
select e.id as entry, p.line, e.booked_on, e.kind, e.memo, a.code as account, a.name as account_name, p.currency,
       case when p.amount > 0 then p.amount end as debit,
       case when p.amount < 0 then -p.amount end as credit
from entries e
join postings p on p.entry_id = e.id
join accounts a on a.code = p.account
where e.booked_on >= :from
  and e.booked_on < :until
order by e.booked_on, e.id, p.line
