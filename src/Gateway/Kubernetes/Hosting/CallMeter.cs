using System.Diagnostics;
using System.Globalization;

namespace Gateway.Kubernetes.Hosting;

/// <summary>Counts what goes to a cluster's API server, by verb and by what came back.</summary>
internal sealed class CallMeter(string cluster, KubernetesInstruments instruments) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var verb = VerbOf(request);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            instruments.OnCall(cluster, verb, ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture), Stopwatch.GetElapsedTime(began));
            return response;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            instruments.OnCall(cluster, verb, "none", Stopwatch.GetElapsedTime(began));
            throw;
        }
    }

    /// <summary>As the API server's own metrics name them, as far as the request tells.</summary>
    internal static string VerbOf(HttpRequestMessage request)
    {
        var url = request.RequestUri?.OriginalString ?? "";
        return request.Method.Method switch
        {
            "GET" when url.Contains("watch=", StringComparison.Ordinal) => "watch",
            "GET" => "get",
            "POST" when url.EndsWith("/binding", StringComparison.Ordinal) || url.Contains("/binding?", StringComparison.Ordinal) => "bind",
            "POST" when url.EndsWith("/eviction", StringComparison.Ordinal) || url.Contains("/eviction?", StringComparison.Ordinal) => "evict",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => "other",
        };
    }
}
