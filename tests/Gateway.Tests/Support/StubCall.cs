using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Support;

/// <summary>One request to a <see cref="StubApiServer"/>, and ways to answer it.</summary>
/// <param name="number">Counts all requests from 1.</param>
internal sealed class StubCall(HttpContext context, Seen seen, int number)
{
    public Seen Seen => seen;

    public int Number => number;

    public string Path => seen.Path;

    public bool IsWatch => Query("watch") == "true";

    public CancellationToken Aborted => context.RequestAborted;

    public string? Query(string name) => context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    public async Task Answer(int status, string json, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(json);
    }

    /// <summary>Lines of a watch, one after the other; then it is open still.</summary>
    public async Task Say(params string[] lines)
    {
        foreach (var line in lines)
        {
            await context.Response.WriteAsync(line + "\n");
        }

        await context.Response.Body.FlushAsync();
    }

    /// <summary>A piece of a line.</summary>
    public async Task Part(string text)
    {
        await context.Response.WriteAsync(text);
        await context.Response.Body.FlushAsync();
    }

    /// <summary>The connection is gone, without an end.</summary>
    public Task Cut()
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>No answer until the other side has had enough.</summary>
    public async Task Hang()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Aborted.Register(gone.SetResult);
        await gone.Task;
    }

    public static string Status(int code, string reason, string message, string details = "{}") =>
        $$$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":{{{JsonSerializer.Serialize(message)}}},"reason":"{{{reason}}}","details":{{{details}}},"code":{{{code}}}}""";

    public static string Pod(string name, string version, string? node = null, string uid = "u1", string labels = "{}", string annotations = "{}", string phase = "Pending")
    {
        var on = node is null ? "" : $",\"nodeName\":\"{node}\"";
        return $$"""
            { "kind": "Pod", "apiVersion": "v1",
              "metadata": { "name": "{{name}}", "namespace": "ml", "uid": "{{uid}}", "resourceVersion": "{{version}}", "labels": {{labels}}, "annotations": {{annotations}},
                "managedFields": [ { "manager": "x", "fieldsV1": { "f:metadata": { "f:labels": {} } } } ] },
              "spec": { "containers": [ { "name": "a" } ] {{on}} },
              "status": { "phase": "{{phase}}" } }
            """.ReplaceLineEndings("");
    }

    public static string List(string kind, string version, string? more, params string[] items)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""{"kind":"{{kind}}","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}","continue":"{{more}}"},"items":[""");
        text.AppendJoin(',', items).Append("]}");
        return text.ToString();
    }

    public static string Event(string type, string json) => $$"""{"type":"{{type}}","object":{{json}}}""";
}
