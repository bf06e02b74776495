using System.Net.Http.Headers;
using k8s.Autorest;
using k8s.Models;

namespace k8s;

/// <summary>Turns operations into requests.</summary>
public abstract partial class AbstractKubernetes
{
    private static readonly MediaTypeHeaderValue Json = MediaTypeHeaderValue.Parse("application/json; charset=utf-8");

    public virtual TimeSpan HttpClientTimeout { get; set; } = TimeSpan.FromSeconds(100);

    protected virtual MediaTypeHeaderValue GetHeader(object body) => body is not V1Patch patch ? Json : patch.Type switch
    {
        V1Patch.PatchType.JsonPatch => MediaTypeHeaderValue.Parse("application/json-patch+json; charset=utf-8"),
        V1Patch.PatchType.MergePatch => MediaTypeHeaderValue.Parse("application/merge-patch+json; charset=utf-8"),
        V1Patch.PatchType.StrategicMergePatch => MediaTypeHeaderValue.Parse("application/strategic-merge-patch+json; charset=utf-8"),
        V1Patch.PatchType.ApplyPatch => MediaTypeHeaderValue.Parse("application/apply-patch+yaml; charset=utf-8"),
        var other => throw new ArgumentOutOfRangeException(nameof(body), other, "no kind of patch"),
    };

    protected abstract Task<HttpOperationResponse<T>> CreateResultAsync<T>(
        HttpRequestMessage httpRequest, HttpResponseMessage httpResponse, bool? watch, CancellationToken cancellationToken);

    protected abstract Task<HttpResponseMessage> SendRequest<T>(
        string relativeUri, HttpMethod method, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, T body, CancellationToken cancellationToken);

    private async Task<HttpOperationResponse<T>> Call<TBody, T>(
        HttpMethod method, RequestUri uri, TBody body, bool? watch, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (watch != true)
        {
            late.CancelAfter(HttpClientTimeout);
        }

        var response = await SendRequest(uri.ToString(), method, customHeaders, body, late.Token).ConfigureAwait(false);
        return await CreateResultAsync<T>(response.RequestMessage, response, watch, late.Token).ConfigureAwait(false);
    }
}
