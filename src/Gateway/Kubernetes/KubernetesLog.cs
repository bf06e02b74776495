using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>What the Kubernetes backend logs. Numbers 7300–7399; never reused.</summary>
internal static partial class KubernetesLog
{
    [LoggerMessage(7300, LogLevel.Information, "{Attempt}: {Pods} pods bound")]
    public static partial void Bound(ILogger logger, AttemptId attempt, int pods);

    [LoggerMessage(7301, LogLevel.Warning, "{Attempt}: its pods may not be bound: {Why}")]
    public static partial void BindingRefused(ILogger logger, AttemptId attempt, string? why);

    [LoggerMessage(7302, LogLevel.Warning, "{Attempt} is over and had {Pods} pods left: they are deleted")]
    public static partial void Swept(ILogger logger, AttemptId attempt, int pods);

    [LoggerMessage(7303, LogLevel.Warning, "{Cluster}: pods could not be watched ({Why}); they are listed again in {Wait}")]
    public static partial void WatchFailed(ILogger logger, string cluster, string why, TimeSpan wait);

    [LoggerMessage(7304, LogLevel.Warning, "{Cluster}: the search for pods that are nobody's failed; it is made again in {Wait}")]
    public static partial void SweepFailed(ILogger logger, Exception exception, string cluster, TimeSpan wait);

    [LoggerMessage(7305, LogLevel.Warning, "{Attempt}: the cluster will not have it: {Why}")]
    public static partial void Refused(ILogger logger, AttemptId attempt, string why);
}
