using System.Globalization;
using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Gateway.Kubernetes.Client;

/// <summary>What a call's failure means.</summary>
internal static class KubeErrors
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(1);

    /// <summary>True of failures that have an answer here; everything else is a bug and is thrown on.</summary>
    public static bool IsOfTheCall(Exception e) =>
        e is HttpOperationException or KubernetesException or HttpRequestException or IOException or JsonException or OperationCanceledException or TimeoutException
            or System.Security.Authentication.AuthenticationException or k8s.Exceptions.KubeConfigException;

    public static ClusterAnswer<T> AnswerOf<T>(Exception e)
    {
        if (e is not HttpOperationException { Response: { } response })
        {
            return new ClusterAnswer<T>.Unknown(e is OperationCanceledException ? "no answer in time" : $"{e.GetType().Name}: {e.Message}");
        }

        var status = StatusOf(response);
        var why = status?.Message is { Length: > 0 } message ? message : response.ReasonPhrase ?? response.StatusCode.ToString();
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => new ClusterAnswer<T>.NotFound(),
            HttpStatusCode.Conflict or HttpStatusCode.Gone => new ClusterAnswer<T>.Conflict(why),
            HttpStatusCode.TooManyRequests => new ClusterAnswer<T>.Throttled(WaitOf(response, status)),

            // A token that was just replaced: the next call has the new one.
            HttpStatusCode.Unauthorized => new ClusterAnswer<T>.Unknown($"not authenticated: {why}"),
            >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.RequestTimeout =>
                new ClusterAnswer<T>.Refused($"{(int)response.StatusCode} {response.StatusCode}: {why}"),
            _ => new ClusterAnswer<T>.Unknown($"{(int)response.StatusCode} {response.StatusCode}: {why}"),
        };
    }

    /// <summary>The whole server wants fewer calls, and for how long; null: it does not, or only this call was too much, as an eviction that a budget forbids.</summary>
    public static TimeSpan? ServerWideWait(Exception e) =>
        e is HttpOperationException { Response: { StatusCode: HttpStatusCode.TooManyRequests } response }
        && StatusOf(response) is var status && status?.Details?.Causes?.Any(c => c.Reason == "DisruptionBudget") != true
            ? WaitOf(response, status)
            : null;

    /// <summary>What was read before is too old to go on from: list again.</summary>
    public static bool IsTooOld(Exception e) => e switch
    {
        HttpOperationException { Response.StatusCode: HttpStatusCode.Gone } => true,
        HttpOperationException { Response: { } response } => IsFromTheFuture(StatusOf(response)),
        KubernetesException { Status: { } status } => status.Code == 410 || status.Reason is "Expired" or "Gone" || IsFromTheFuture(status),
        _ => false,
    };

    /// <summary>A server that was restored from a backup knows nothing of the version that was read.</summary>
    private static bool IsFromTheFuture(V1Status? status) =>
        status?.Details?.Causes?.Any(c => c.Reason == "ResourceVersionTooLarge") == true || status?.Message?.StartsWith("Too large resource version", StringComparison.Ordinal) == true;

    private static V1Status? StatusOf(HttpResponseMessageWrapper response)
    {
        try
        {
            return response.Content is ['{', ..] content ? KubernetesJson.Deserialize<V1Status>(content) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TimeSpan WaitOf(HttpResponseMessageWrapper response, V1Status? status)
    {
        foreach (var (name, values) in response.Headers)
        {
            if (name.Equals("Retry-After", StringComparison.OrdinalIgnoreCase) && int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return TimeSpan.FromSeconds(seconds);
            }
        }

        return status?.Details?.RetryAfterSeconds is { } after ? TimeSpan.FromSeconds(after) : DefaultWait;
    }
}
