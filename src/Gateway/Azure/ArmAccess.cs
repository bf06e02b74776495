using Azure.Core;
using Azure.Core.Pipeline;
using Azure.ResourceManager;
using Azure.ResourceManager.Compute;

namespace Gateway.Azure;

/// <summary>How Resource Manager is reached: the SDK's client, and a pipeline of the same make for what the SDK has no call for.</summary>
internal sealed class ArmAccess : IDisposable
{
    /// <summary>The first with ETags of scale sets that is also in the reference of their Update (If-Match).</summary>
    private const string ScaleSetApi = "2024-07-01";

    private readonly Uri _endpoint;
    private readonly ReadPacePolicy _pace;

    /// <param name="endpoint">Of Resource Manager in the cloud that is meant.</param>
    /// <param name="options">Its transport is kept; retries are ours, so that each outcome is known by its first answer.</param>
    /// <param name="readsAtOnce">More wait, and go at the pace of real time.</param>
    public ArmAccess(Uri endpoint, TokenCredential credential, ArmClientOptions options, TimeSpan callTimeout, int readsAtOnce = 200)
    {
        (_endpoint, _pace) = (endpoint, new ReadPacePolicy(readsAtOnce));
        var audience = (options.Environment ?? new ArmEnvironment(endpoint, endpoint.AbsoluteUri.TrimEnd('/'))).Audience;
        options.Environment = new ArmEnvironment(endpoint, audience);
        options.SetApiVersion(VirtualMachineScaleSetResource.ResourceType, ScaleSetApi);
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = callTimeout;
        options.Diagnostics.ApplicationId = "orleans-scheduler";
        options.AddPolicy(IfMatchPolicy.Instance, HttpPipelinePosition.PerCall);
        options.AddPolicy(_pace, HttpPipelinePosition.PerCall);
        Client = new ArmClient(credential, null, options);
        Pipeline = HttpPipelineBuilder.Build(options, new BearerTokenAuthenticationPolicy(credential, $"{audience}/.default"));
    }

    public ArmClient Client { get; }

    public HttpPipeline Pipeline { get; }

    /// <summary>Reads that would be sent without waiting.</summary>
    public int ReadsLeft => _pace.Left;

    public void Dispose() => _pace.Dispose();

    /// <summary>The resource itself, to be followed where there is no operation to follow.</summary>
    public string UrlOf(string resource) => new Uri(_endpoint, $"{resource}?api-version={ScaleSetApi}").AbsoluteUri;

    /// <summary>Our token goes nowhere else, whatever an answer or a record says.</summary>
    public bool IsHere(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.Authority == _endpoint.Authority;
}
