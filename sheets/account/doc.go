// Package account is the Google identities we write as: how one is connected, how its tokens are kept, and how a
// program that has been writing for months goes on doing so, or says why not.
//
// A person connects an account in the browser ([Accounts.Begin], [Accounts.Finish]) and what Google gives us is a
// refresh token: a lasting secret, sealed by a [Sealer] before it reaches the state database. A service account, on
// its own or in the name of a person of the domain, is declared ([Accounts.Declare]) and proves itself with a key
// file. Either way a [Source] gives the short-lived token that a call of the Sheets API carries. There is one for
// each account in a process, it asks Google once however many wait, and keeps what it got, so that a restart or
// another node need not ask again.
//
// A permission can end: it is revoked, expires in seven days while the app is in Testing, dies after six months
// without use. Google then says invalid_grant and no more. That is noted in the store once, the owner is told once,
// and Google is not asked again until the account is connected anew. Trouble on the way to Google is something else:
// it is tried again, and noted nowhere.
//
// [Accounts.Disconnect] gives a permission back, and [Accounts.Rotate] seals all secrets with a new key.
package account
