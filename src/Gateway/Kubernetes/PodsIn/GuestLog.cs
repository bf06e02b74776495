using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What pods in log. Numbers 7500–7549; never reused.</summary>
internal static partial class GuestLog
{
    [LoggerMessage(7500, LogLevel.Debug, "{Attempt}: {Pods} pods bound")]
    public static partial void Bound(ILogger logger, AttemptId attempt, int pods);

    [LoggerMessage(7501, LogLevel.Warning, "{Attempt}: the cluster will not have it: {Why}")]
    public static partial void Refused(ILogger logger, AttemptId attempt, string why);

    [LoggerMessage(7502, LogLevel.Information, "{Attempt}: {Pods} pods are deleted")]
    public static partial void Deleted(ILogger logger, AttemptId attempt, int pods);

    [LoggerMessage(7503, LogLevel.Warning, "{Attempt} is over and {Pods} pods run for it: they are deleted")]
    public static partial void Swept(ILogger logger, AttemptId attempt, int pods);

    [LoggerMessage(7504, LogLevel.Warning, "{Cluster}: {What} failed; it is tried again in {Wait}")]
    public static partial void Failed(ILogger logger, Exception exception, string cluster, string what, TimeSpan wait);

    [LoggerMessage(7505, LogLevel.Debug, "{Job} of {Pods} pods of {Namespace} submitted")]
    public static partial void Submitted(ILogger logger, JobId job, int pods, string @namespace);

    [LoggerMessage(7506, LogLevel.Information, "{Job} called off: {Why}")]
    public static partial void CalledOff(ILogger logger, JobId job, string why);

    [LoggerMessage(7507, LogLevel.Information, "{Namespace}/{Pod} is not served: {Why}")]
    public static partial void NotServed(ILogger logger, string @namespace, string pod, string why);
}
