// Package failpoint names the steps at which something can be made to go wrong: before and after whatever leaves a
// trace, in a file, in the state database or at Google. The fault suite kills a process at each of them, or has the
// step fail, and looks at what is left.
//
//	CLIPSHEET_FAILPOINT="file.rename=kill@2"   kill -9 as the second file is about to get its name
//	CLIPSHEET_FAILPOINT="file.write=error"     the first write of a file fails; the second does not
//	CLIPSHEET_FAILPOINT="run.query=panic"      the first run panics
//
// Only a binary that was built with -tags failpoints looks at the variable. In any other At is empty, and costs
// nothing.
package failpoint
