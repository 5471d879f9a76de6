package safelight

import (
	"encoding/json"
	"slices"
	"strings"
)

// OptionSource is what Render takes as options: [Options] or [Text]. nil is no options.
type OptionSource interface {
	// OptionsText is the options as URL text or JSON.
	OptionsText() (string, error)
}

// Text is options as they stand in a URL, width=400,format=auto, or as a JSON object.
type Text string

// OptionsText is the text itself.
func (text Text) OptionsText() (string, error) {
	return string(text), nil
}

// OptionsText is the JSON form of the options.
func (o Options) OptionsText() (string, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return "", &Error{Kind: ErrInvalid, Message: "options: " + err.Error()}
	}
	return string(text), nil
}

func textOfOptions(options OptionSource) (string, error) {
	if options == nil {
		return "", nil
	}
	return options.OptionsText()
}

// Headers are request headers; an http.Header is one.
type Headers = map[string][]string

// headerLines writes headers as `Name: value` lines, names in order, so that equal headers are
// equal text.
func headerLines(all []Headers) string {
	lineBreaks := strings.NewReplacer("\r", " ", "\n", " ")
	var lines []string
	for _, headers := range all {
		for name, values := range headers {
			for _, value := range values {
				lines = append(lines, lineBreaks.Replace(name)+": "+lineBreaks.Replace(value)+"\n")
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		return strings.Compare(strings.SplitN(a, ":", 2)[0], strings.SplitN(b, ":", 2)[0])
	})
	return strings.Join(lines, "")
}
