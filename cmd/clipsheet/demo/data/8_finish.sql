-- Keys and checks go on when the rows are in, which is many times faster than one row at a time.

alter table customers     add primary key (id), add unique (account_no), add unique (external_id),
                          add foreign key (country) references countries;
alter table subscriptions add primary key (id), add foreign key (customer_id) references customers,
                          add foreign key (plan) references plans;
alter table invoices      add primary key (id), add unique (number), add foreign key (customer_id) references customers,
                          add foreign key (subscription_id) references subscriptions,
                          add foreign key (credits) references invoices;
alter table invoice_lines add primary key (invoice_id, line), add foreign key (invoice_id) references invoices;
alter table payments      add primary key (id), add unique (processor_ref), add foreign key (invoice_id) references invoices;
alter table entries       add primary key (id), add foreign key (invoice_id) references invoices,
                          add foreign key (payment_id) references payments;
alter table postings      add primary key (id), add unique (entry_id, line), add foreign key (entry_id) references entries,
                          add foreign key (account) references accounts;
alter table apps          add primary key (id), add foreign key (customer_id) references customers,
                          add foreign key (stack) references stacks;
alter table deploys       add primary key (id), add foreign key (app_id) references apps;
alter table signups       add primary key (id), add foreign key (customer_id) references customers;

create index on subscriptions (customer_id);
create index on invoices (customer_id);
create index on invoices (issued_on);
create index on payments (invoice_id);
create index on payments (received_at);
create index on entries (booked_on);
create index on apps (customer_id);
create index on deploys (app_id, deployed_at);
create index on signups (signed_up_at);

select setval(pg_get_serial_sequence('customers', 'id'), max(id)) from customers;
select setval(pg_get_serial_sequence('subscriptions', 'id'), max(id)) from subscriptions;
select setval(pg_get_serial_sequence('invoices', 'id'), max(id)) from invoices;
select setval(pg_get_serial_sequence('payments', 'id'), max(id)) from payments;
select setval(pg_get_serial_sequence('entries', 'id'), max(id)) from entries;
select setval(pg_get_serial_sequence('postings', 'id'), max(id)) from postings;
select setval(pg_get_serial_sequence('apps', 'id'), max(id)) from apps;
select setval(pg_get_serial_sequence('deploys', 'id'), max(id)) from deploys;
select setval(pg_get_serial_sequence('signups', 'id'), max(id)) from signups;

create sequence invoice_numbers start 100001;
create sequence account_numbers start 100001;

-- The books balance, or the transaction fails: for every entry, in every currency.
create function entry_balances() returns trigger language plpgsql as $$
begin
    if exists (select from postings where entry_id = new.entry_id group by currency having sum(amount) <> 0) then
        raise exception 'entry % does not balance', new.entry_id;
    end if;
    return null;
end
$$;
create constraint trigger entry_balances after insert or update on postings
    deferrable initially deferred for each row execute function entry_balances();

revoke execute on function entry_balances() from public;

reset role;
drop schema seed cascade;
revoke create on schema public from harbour_app;
