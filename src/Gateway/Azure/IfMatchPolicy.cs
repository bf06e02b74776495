using Azure.Core;
using Azure.Core.Pipeline;

namespace Gateway.Azure;

/// <summary>Makes a write conditional: this version of the SDK has no argument for it.</summary>
internal sealed class IfMatchPolicy : HttpPipelineSynchronousPolicy
{
    private const string Property = "orleans-scheduler-if-match";

    public static IfMatchPolicy Instance { get; } = new();

    /// <summary>Every request that this flow of execution sends before the end of the scope is conditional on the ETag.</summary>
    public static IDisposable Only(string etag) => HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = etag });

    public override void OnSendingRequest(HttpMessage message)
    {
        if (message.TryGetProperty(Property, out var etag) && etag is string { Length: > 0 } text)
        {
            message.Request.Headers.SetValue(HttpHeader.Names.IfMatch, text);
        }
    }
}
