package selftest

import (
	"context"
	"strings"
)

// keepText: whatever a text looks like, it is written as one and stays one.
func keepText(ctx context.Context, t *trial) (string, error) {
	b := t.tab("text")
	texts := []any{"=1+1", "+1+1", "00123", "1234567890123456789", "2026-11-24", "1/2", "50%", "TRUE",
		"'quoted", " spaced ", "two\nlines", "é 😀"}
	if _, err := t.batch(ctx, b.add(1, int64(len(texts))), b.write(0, 0, texts)); err != nil {
		return "", err
	}
	c, err := t.cells(ctx, b, block(0, 0, 1, len(texts)))
	if err != nil {
		return "", err
	}
	var want []string
	for _, text := range texts {
		want = append(want, words(entered(text)))
	}
	line := strings.Join(want, ", ")
	if err := same("texts as they were written", line, c.entered()); err != nil {
		return "", err
	}
	return "they stay texts", same("cells that show their texts", line, c.shown())
}
