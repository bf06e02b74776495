using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using k8s.Authentication;
using k8s.Autorest;

namespace k8s;

/// <summary>A cluster's API over HTTPS.</summary>
public partial class Kubernetes : AbstractKubernetes, IKubernetes
{
    private readonly JsonSerializerOptions _json;
    private readonly Version _version;
    private readonly X509Certificate2 _clientCertificate;
    private readonly SocketsHttpHandler _handler;

    public Uri BaseUri
    {
        get;
        set
        {
            var address = value?.AbsoluteUri ?? throw new ArgumentNullException(nameof(value));
            field = new Uri(address.EndsWith('/') ? address : address + "/");
        }
    }

    public ServiceClientCredentials Credentials { get; private set; }

    public HttpClient HttpClient { get; protected set; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            HttpClient.Dispose();
            _handler.Dispose();
            _clientCertificate?.Dispose();
        }
    }

    protected override async Task<HttpOperationResponse<T>> CreateResultAsync<T>(
        HttpRequestMessage httpRequest, HttpResponseMessage httpResponse, bool? watch, CancellationToken cancellationToken)
    {
        var result = new HttpOperationResponse<T> { Request = httpRequest, Response = httpResponse };
        if (watch == true)
        {
            httpResponse.Content = new WatchContent(httpResponse.Content, _json);
            return result;
        }

        try
        {
            var stream = await httpResponse.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                result.Body = await JsonSerializer.DeserializeAsync(stream, KubernetesJson.Info<T>(_json), cancellationToken).ConfigureAwait(false);
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    protected override Task<HttpResponseMessage> SendRequest<T>(
        string relativeUri, HttpMethod method, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, T body, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, new Uri(BaseUri, relativeUri)) { Version = _version };
        if (customHeaders is not null)
        {
            foreach (var (name, values) in customHeaders)
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, values);
            }
        }

        if (body is not null)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(body, _json.GetTypeInfo(body.GetType()));
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = GetHeader(body);
        }

        return Send(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Credentials is not null)
        {
            await Credentials.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
        }

        var response = await HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? response : throw await Failed(request, response, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<HttpOperationException> Failed(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (request)
        using (response)
        {
            var sent = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            var content = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return new HttpOperationException($"Operation returned an invalid status code '{response.StatusCode}', response body {content}")
            {
                Request = new HttpRequestMessageWrapper(request, sent),
                Response = new HttpResponseMessageWrapper(response, content),
            };
        }
    }
}
