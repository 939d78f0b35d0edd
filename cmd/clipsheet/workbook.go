package main

import (
	"clipsheet/clips"
	"clipsheet/web"
	"clipsheet/xlsx"
)

// workbook makes the encoder of a clip's result as an Excel workbook: its rows on one tab, and what they are on another.
func workbook(s web.Subject) clips.Encoder {
	return xlsx.NewEncoder(xlsx.Book{
		Title:       s.Clip.Title,
		Description: s.Clip.Description,
		Author:      s.Clip.Owner,
		Cover:       xlsx.CoverLast,
		Sheets: []xlsx.Sheet{{
			Name:    s.Clip.Title,
			Columns: s.Formats,
			About: xlsx.About{
				Clip:        s.Clip.Slug,
				Title:       s.Clip.Title,
				Description: s.Clip.Description,
				Params:      s.Params,
				Revision:    s.Info.Revision,
				Author:      s.Clip.Revision.Author,
				Digest:      s.Info.Digest,
			},
		}},
	})
}
