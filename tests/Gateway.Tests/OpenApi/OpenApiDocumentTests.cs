using System.Text.Json.Nodes;
using Gateway.Hosting;
using Gateway.Tests.Support;

namespace Gateway.Tests.OpenApi;

/// <summary>The document that clients are generated from.</summary>
public sealed class OpenApiDocumentTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    private static readonly string[] s_methods = ["get", "post", "put", "delete", "patch"];

    /// <summary>Fails on any difference and leaves what it got beside the committed file, to be looked at and taken over.</summary>
    [Fact]
    public async Task The_API_is_the_one_that_was_published()
    {
        var published = Path.Combine(RepositoryRoot(), "docs", "openapi.v1.json");
        var received = Path.ChangeExtension(published, ".received.json");
        var now = (await gateway.Get("/openapi/v1.json")).Text.ReplaceLineEndings("\n") + "\n";

        if (File.Exists(published) && await File.ReadAllTextAsync(published) == now)
        {
            File.Delete(received);
            return;
        }

        await File.WriteAllTextAsync(received, now);
        Assert.Fail($"The API has changed. If that is meant and only adds to v1, replace {published} by {received}.");
    }

    [Fact]
    public async Task It_is_OpenAPI_3_1_and_every_operation_has_a_name_of_its_own()
    {
        var document = (await gateway.Get("/openapi/v1.json")).Body;

        Assert.StartsWith("3.1", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        var names = Operations(document).Select(o => o.Operation["operationId"]?.GetValue<string>()).ToArray();
        Assert.All(names, n => Assert.Matches("^[A-Z][A-Za-z]+$", n));
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Contains("SubmitJob", names);
        Assert.Contains("SetQuota", names);
    }

    [Fact]
    public async Task Every_operation_of_the_API_says_which_problems_it_answers()
    {
        var document = (await gateway.Get("/openapi/v1.json")).Body;

        foreach (var (path, operation) in Operations(document).Where(o => o.Path.StartsWith("/api/", StringComparison.Ordinal)))
        {
            var responses = operation["responses"]!.AsObject();
            Assert.True(responses.ContainsKey("401") && responses.ContainsKey("500") && responses.ContainsKey("429"), path);
            Assert.Contains(responses, r => r.Key is "200" or "201");
        }
    }

    [Fact]
    public async Task Requests_are_closed_and_answers_may_grow()
    {
        var schemas = (await gateway.Get("/openapi/v1.json")).Body["components"]!["schemas"]!;

        Assert.False(schemas["SubmitJobRequest"]!["additionalProperties"]!.GetValue<bool>());
        Assert.Null(schemas["Job"]!["additionalProperties"]);
        Assert.Contains("name", schemas["SubmitJobRequest"]!["required"]!.AsArray().Select(r => r!.GetValue<string>()));
    }

    private static IEnumerable<(string Path, JsonNode Operation)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        where s_methods.Contains(method.Key)
        select ($"{method.Key} {path.Key}"[(method.Key.Length + 1)..], method.Value!);

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Orleans.Scheduler.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
