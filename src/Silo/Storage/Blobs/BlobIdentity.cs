using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Silo.Storage.Blobs;

/// <summary>Who this process is to Azure: a pod's workload identity, a machine's managed identity, or whoever its environment names.</summary>
internal static class BlobIdentity
{
    /// <param name="clientId">Of the identity; null: what the environment names, as a pod's does (AZURE_CLIENT_ID).</param>
    /// <param name="transport">The way to where tokens are given.</param>
    public static TokenCredential Of(string? clientId, HttpPipelineTransport? transport = null)
    {
        var options = new DefaultAzureCredentialOptions();
        if (clientId is { Length: > 0 })
            (options.ManagedIdentityClientId, options.WorkloadIdentityClientId) = (clientId, clientId);
        if (transport is not null)
            options.Transport = transport;
        return new DefaultAzureCredential(options);
    }
}
