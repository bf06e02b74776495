namespace Cli.Http;

/// <param name="Method">Every call may be repeated: POSTs to the job list carry an Idempotency-Key, and actions say a state to be reached.</param>
/// <param name="Path">Below /api/v1/, already escaped.</param>
/// <param name="Body">JSON, or null.</param>
internal sealed record SchedRequest(HttpMethod Method, string Path, string? Body = null)
{
    public string? IdempotencyKey { get; init; }

    public string? IfMatch { get; init; }

    public string? IfNoneMatch { get; init; }

    public static SchedRequest Get(string path) => new(HttpMethod.Get, path);

    public static SchedRequest Post(string path, string? body) => new(HttpMethod.Post, path, body);
}
