package safelight

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

const vectors = "../../tests/vectors"

// runners has one row for every file of test vectors.
var runners = map[string]func(t *testing.T, test []byte){
	"signatures.json":  runSignature,
	"urls.json":        runURL,
	"negotiation.json": runNegotiation,
	"hints.json":       runNegotiation,
	"options.json":     runOptions,
	"plans.json":       runPlan,
	"polish.json":      runPolish,
	"vary.json":        runVary,
	"audit.json":       runAudit,
}

func TestEveryFileOfVectorsHolds(t *testing.T) {
	files, err := filepath.Glob(vectors + "/*.json")
	if err != nil || len(files) < len(runners) {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	for _, file := range files {
		run, known := runners[filepath.Base(file)]
		if !known {
			t.Errorf("%s: no runner knows this file", file)
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) { runFile(t, file, run) })
	}
}

func runFile(t *testing.T, name string, run func(t *testing.T, test []byte)) {
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []json.RawMessage }
	read(t, text, &file)
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, test := range file.Cases {
		var head struct{ Name string }
		read(t, test, &head)
		t.Run(head.Name, func(t *testing.T) { run(t, test) })
	}
}

func read(t *testing.T, text []byte, value any) {
	t.Helper()
	if err := json.Unmarshal(text, value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// code is the name of an error's kind, empty for none.
func code(err error) string {
	var failure *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &failure):
		return failure.Code()
	default:
		return err.Error()
	}
}

func runSignature(t *testing.T, text []byte) {
	var test struct {
		Op, Path, Key, Signed, Error string
		Expires, Now                 *int64
		Keys                         []string
	}
	read(t, text, &test)
	var got string
	var err error
	if test.Op == "sign" {
		got, err = Sign(test.Path, test.Key, moment(test.Expires))
	} else {
		err = Verify(test.Path, test.Keys, moment(test.Now))
	}
	if code(err) != test.Error || got != test.Signed {
		t.Errorf("got %q, %v", got, err)
	}
}

func moment(seconds *int64) time.Time {
	if seconds == nil {
		return time.Time{}
	}
	return time.Unix(*seconds, 0)
}

func runURL(t *testing.T, text []byte) {
	var test struct {
		Op, Text, Error string
		URL             json.RawMessage
	}
	read(t, text, &test)
	if test.Op == "build" {
		got, err := buildURL(string(test.URL))
		if code(err) != test.Error || got != test.Text {
			t.Errorf("got %q, %v", got, err)
		}
		return
	}
	got, err := parseURL(test.Text, false)
	sameJSON(t, test.URL, test.Error, got, err)
	if test.Error == "" {
		wholeURL(t, test.Text, test.URL)
	}
}

// wholeURL checks that the type URL holds all that a URL says.
func wholeURL(t *testing.T, text string, wanted []byte) {
	parsed, err := ParseURL(text)
	if err != nil {
		t.Fatal(err)
	}
	var members, fields map[string]any
	read(t, wanted, &members)
	again, _ := json.Marshal(parsed)
	read(t, again, &fields)
	for name, value := range members {
		empty := value == nil || value == "" || value == false || reflect.DeepEqual(value, []any{})
		if !empty && !reflect.DeepEqual(fields[name], value) {
			t.Errorf("%s: got %v", name, fields[name])
		}
	}
}

func runNegotiation(t *testing.T, text []byte) {
	var test struct {
		Request, Result json.RawMessage
		Error           string
	}
	read(t, text, &test)
	got, err := negotiate(string(test.Request))
	sameJSON(t, test.Result, test.Error, got, err)
}

func runVary(t *testing.T, text []byte) {
	var test struct {
		Op, Error       string
		Request, Result json.RawMessage
		Rules           VaryRules
		Path            string
		First, Second   varyStep
		Purge           bool
	}
	read(t, text, &test)
	switch test.Op {
	case "request":
		got, err := varyRequest(string(test.Request))
		sameJSON(t, test.Result, test.Error, got, err)
	case "response":
		got, err := varyResponse(string(test.Request))
		sameJSON(t, test.Result, test.Error, got, err)
	case "headers":
		got, err := varyHeaders(string(test.Request))
		sameJSON(t, test.Result, test.Error, got, err)
	default:
		var stored []VaryStored
		for _, step := range []varyStep{test.First, test.Second} {
			step.run(t, test.Rules, test.Path, &stored)
			if test.Purge {
				stored = nil
			}
		}
	}
}

// varyStep is a request to a cache of one URL, and what the origin answers if it is asked.
type varyStep struct {
	Accept, Vary, Sent, Status string
	ContentType                string `json:"content_type"`
}

func (step varyStep) run(t *testing.T, rules VaryRules, path string, stored *[]VaryStored) {
	asked, err := VaryRequest(rules, path, step.Accept, *stored...)
	if err != nil {
		t.Fatal(err)
	}
	if asked.Chosen >= 0 {
		if got := (*stored)[asked.Chosen]; step.Status != "HIT" || step.Sent != "" || got.ContentType != step.ContentType {
			t.Errorf("got a hit of %+v for %+v", got, step)
		}
		return
	}
	sent := cmp.Or(asked.Accept, step.Accept)
	answered, err := VaryResponse(rules, path, sent, step.ContentType, step.Vary)
	if err != nil || answered.Status != step.Status || sent != step.Sent {
		t.Errorf("got %+v and %q for %+v, %v", answered, sent, step, err)
	}
	if err == nil && answered.Store {
		*stored = append(*stored, VaryStored{Accept: answered.Accept, ContentType: step.ContentType})
	}
}

// sameJSON compares an answer with the wanted one, or the kind of the error with the wanted one.
func sameJSON(t *testing.T, wanted []byte, kind, got string, err error) {
	t.Helper()
	if err != nil || kind != "" {
		if code(err) != kind {
			t.Errorf("got %q, %v", got, err)
		}
		return
	}
	var left, right any
	read(t, wanted, &left)
	read(t, []byte(got), &right)
	if !reflect.DeepEqual(left, right) {
		t.Errorf("got %s", got)
	}
}

// runLenient reads options inside a URL, where a lenient reading has a meaning.
func runLenient(t *testing.T, options, canonical string, warnings []string, refused bool) {
	url, err := ParseURLLenient("/cdn-cgi/image/" + options + "/a.jpg")
	if refused || err != nil {
		if !refused || err == nil {
			t.Errorf("got %v", err)
		}
		return
	}
	if url.Options != canonical || len(url.Warnings) < len(warnings) || len(warnings) > 0 && !reflect.DeepEqual(url.Warnings[:len(warnings)], warnings) {
		t.Errorf("got %q, %q", url.Options, url.Warnings)
	}
}

// runOptions asks explain, as options have no verb of their own.
func runOptions(t *testing.T, text []byte) {
	var test struct {
		Options, Canonical string
		Lenient            bool
		Warnings           []string
		Error, Refused     *struct{ Kind, Message string }
	}
	read(t, text, &test)
	if test.Lenient && test.Options != "" && test.Options[0] != '{' {
		runLenient(t, test.Options, test.Canonical, test.Warnings, test.Error != nil)
		return
	}
	if test.Lenient || test.Options == "" {
		t.Skip("nothing is no options here, and only URLs are read leniently")
	}
	answer, err := Explain(context.Background(), picture(t, "photo.jpg"), Text(test.Options))
	if wanted := cmp.Or(test.Error, test.Refused); wanted != nil {
		if err == nil || code(err) != wanted.Kind || err.Error() != wanted.Message {
			t.Errorf("got %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	var explained struct {
		Key      string
		Warnings []string
	}
	read(t, answer, &explained)
	if explained.Key != test.Canonical {
		t.Errorf("got %s", explained.Key)
	}
	// Those of the plan come behind.
	if known := len(test.Warnings); len(explained.Warnings) < known || known > 0 && !reflect.DeepEqual(explained.Warnings[:known], test.Warnings) {
		t.Errorf("got %q", explained.Warnings)
	}
}

func runAudit(t *testing.T, text []byte) {
	var test struct {
		HTML, Fixed string
		Request     AuditRequest
		Files       map[string]string
		Rules       [][]string
		Warnings    []string
		Error       string
	}
	read(t, text, &test)
	files := map[string][]byte{}
	for url, name := range test.Files {
		files[url] = picture(t, name)
	}
	audited, err := Audit(context.Background(), test.HTML, test.Request, files)
	if code(err) != test.Error {
		t.Fatalf("got %v", err)
	}
	if err != nil {
		return
	}
	rules := [][]string{}
	for _, image := range audited.Images {
		broken := []string{}
		for _, finding := range image.Findings {
			broken = append(broken, finding.Rule)
		}
		rules = append(rules, broken)
	}
	if !reflect.DeepEqual(rules, test.Rules) || audited.HTML != test.Fixed {
		t.Errorf("got %v\n%s", rules, audited.HTML)
	}
	if len(audited.Warnings) != len(test.Warnings) || len(test.Warnings) > 0 && !reflect.DeepEqual(audited.Warnings, test.Warnings) {
		t.Errorf("got %q", audited.Warnings)
	}
}

// runPlan asks explain about a JPEG that is only a header; other formats are planned alike, which
// core tests with headers of its own.
func runPlan(t *testing.T, text []byte) {
	var test struct {
		Options, Source, Format, Error string
		Orientation                    uint16
		Output                         [2]int
		Crop                           []float64
		Warnings                       []string
	}
	read(t, text, &test)
	if test.Format != "" {
		t.Skip("not a JPEG")
	}
	var width, height uint16
	if _, err := fmt.Sscanf(test.Source, "%dx%d", &width, &height); err != nil {
		t.Fatal(err)
	}
	answer, err := Explain(context.Background(), jpegHeader(width, height, max(test.Orientation, 1)), Text(test.Options))
	if code(err) != test.Error {
		t.Fatalf("got %v", err)
	}
	if err != nil {
		return
	}
	var explained struct {
		Plan struct {
			Output   struct{ Width, Height int }
			Area     []float64
			Warnings []string
		}
	}
	read(t, answer, &explained)
	plan := explained.Plan
	if got := [2]int{plan.Output.Width, plan.Output.Height}; got != test.Output {
		t.Errorf("got %v", got)
	}
	if test.Crop != nil && !reflect.DeepEqual(plan.Area, test.Crop) {
		t.Errorf("got %v", plan.Area)
	}
	if len(plan.Warnings) != len(test.Warnings) || len(test.Warnings) > 0 && !reflect.DeepEqual(plan.Warnings, test.Warnings) {
		t.Errorf("got %q", plan.Warnings)
	}
}

// jpegHeader is a JPEG up to its first pixel: EXIF with the orientation, the frame, the scan.
func jpegHeader(width, height, orientation uint16) []byte {
	data := []byte("\xff\xd8\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	data = binary.BigEndian.AppendUint16(data, orientation)
	data = append(data, "\x00\x00\x00\x00\x00\x00\xff\xc0\x00\x11\x08"...)
	data = binary.BigEndian.AppendUint16(data, height)
	data = binary.BigEndian.AppendUint16(data, width)
	data = append(data, "\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00"...)
	data = append(data, "\xff\xda\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00"...)
	return append(data, make([]byte, 1000-len(data))...)
}

func runPolish(t *testing.T, text []byte) {
	var test struct {
		Source, Format string
		Cut            int
		Limits         Limits
		Options        PolishOptions
		Smaller        bool
		Result         struct{ Status, Format, MIME, Header, Bgj string }
	}
	read(t, text, &test)
	source := picture(t, test.Source)
	if test.Cut > 0 {
		source = source[:test.Cut]
	}
	engine, err := NewEngine(test.Limits)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	got, err := engine.Polish(context.Background(), source, test.Options)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string][2]string{
		"status": {got.Status, test.Result.Status},
		"format": {got.Format, test.Result.Format},
		"mime":   {got.ContentType, test.Result.MIME},
		"header": {got.Header, cmp.Or(test.Result.Header, got.Header)},
		"bgj":    {got.Bgj, cmp.Or(test.Result.Bgj, got.Bgj)},
	}
	for name, pair := range said {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %q, expected %q", name, pair[0], pair[1])
		}
	}
	if smaller := len(got.Data) < len(source); smaller != test.Smaller || !smaller && !bytes.Equal(got.Data, source) {
		t.Errorf("%d bytes to %d", len(source), len(got.Data))
	}
	if got.OriginalFormat != test.Format || got.OriginalSize != len(source) {
		t.Errorf("original %q, %d bytes", got.OriginalFormat, got.OriginalSize)
	}
}
