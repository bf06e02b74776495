using k8s.Autorest;
using k8s.Models;

namespace k8s;

public partial interface IVersionOperations
{
    Task<HttpOperationResponse<VersionInfo>> GetCodeWithHttpMessagesAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);
}

public abstract partial class AbstractKubernetes : IVersionOperations
{
    Task<HttpOperationResponse<VersionInfo>> IVersionOperations.GetCodeWithHttpMessagesAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, VersionInfo>(HttpMethod.Get, new RequestUri($"version/"), null, null, customHeaders, cancellationToken);
}

public static partial class VersionOperationsExtensions
{
    public static async Task<VersionInfo> GetCodeAsync(this IVersionOperations operations, CancellationToken cancellationToken = default)
    {
        using var result = await operations.GetCodeWithHttpMessagesAsync(null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }
}
