using System.Globalization;
using System.Text.Json.Nodes;

namespace Azure.Tests.Stub;

/// <summary>What the service answers.</summary>
internal sealed record StubAnswer(int Status, JsonNode? Body)
{
    public Dictionary<string, string> Headers { get; } = [];

    public static StubAnswer Error(int status, string code, string message) =>
        new(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });

    public static StubAnswer Throttled(TimeSpan wait, string policy)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var answer = new StubAnswer(429, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = "OperationNotAllowed",
                ["message"] = "The server rejected the request because too many requests have been received for this subscription.",
                ["details"] = new JsonArray(new JsonObject { ["code"] = "TooManyRequests", ["target"] = policy, ["message"] = $"Try again after {seconds} s." }),
            },
        });
        answer.Headers["Retry-After"] = seconds;
        return answer;
    }
}
