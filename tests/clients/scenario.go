// The scenario with the Go client: `go run ./scenario URL`.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"reflect"

	client "github.com/GIT_USER_ID/GIT_REPO_ID"
)

func expect(got, wanted any) {
	if !reflect.DeepEqual(got, wanted) {
		panic(fmt.Sprintf("%v instead of %v", got, wanted))
	}
}

// errorType returns the error type of the problem in a client's error.
func errorType(err error) string {
	problem, _ := err.(*client.GenericOpenAPIError).Model().(client.Problem)
	return problem.ErrorType
}

func main() {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: os.Args[1]}}
	api, ctx := client.NewAPIClient(configuration).CurrenciesAPI, context.Background()
	content := *client.NewCurrencyContent("Euro", "€")
	content.SetMinorUnits(2)

	codes, tag := []string{"AAA", "AAB", "AAC"}, ""
	for _, code := range codes {
		_, response, err := api.CreateCurrency(ctx).CurrencyCreation(*client.NewCurrencyCreation(code, "Euro", "€")).Execute()
		expect([]any{response.StatusCode, err}, []any{http.StatusCreated, nil})
		if tag == "" {
			tag = response.Header.Get("etag")
		}
	}
	_, response, _ := api.CreateCurrency(ctx).CurrencyCreation(*client.NewCurrencyCreation("AAA", "Euro", "€")).Execute()
	expect(response.StatusCode, http.StatusConflict)

	currency, response, err := api.ReadCurrency(ctx, "AAA").Execute()
	expect([]any{currency.Name, response.Header.Get("etag"), err}, []any{"Euro", tag, nil})
	_, response, _ = api.ReadCurrency(ctx, "AAA").IfNoneMatch(tag).Execute()
	expect(response.StatusCode, http.StatusNotModified)
	for _, status := range []int{http.StatusOK, http.StatusPreconditionFailed} {
		_, response, _ = api.ReplaceCurrency(ctx, "AAA").CurrencyContent(content).IfMatch(tag).Execute()
		expect(response.StatusCode, status)
	}
	_, response, _ = api.ReplaceCurrency(ctx, "AAD").CurrencyContent(content).Execute()
	expect(response.StatusCode, http.StatusCreated)

	var found []string
	request := api.ListCurrencies(ctx).Limit(2)
	for {
		page, _, err := request.Execute()
		expect(err, nil)
		for _, item := range page.Items {
			found = append(found, item.Code)
		}
		if !page.HasNextCursor() {
			break
		}
		request = request.Cursor(page.GetNextCursor())
	}
	expect(found, append(codes, "AAD"))

	response, _ = api.DeleteCurrency(ctx, "AAA").Execute()
	expect(response.StatusCode, http.StatusNoContent)
	_, response, err = api.ReadCurrency(ctx, "AAA").Execute()
	expect([]any{response.StatusCode, errorType(err)}, []any{http.StatusNotFound, "NoCurrency"})
	_, response, err = api.ListCurrencies(ctx).Cursor("AAAAAAAAAA").Execute()
	expect([]any{response.StatusCode, errorType(err)}, []any{http.StatusBadRequest, "InvalidCursor"})
	fmt.Println("passed")
}
