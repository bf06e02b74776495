using Scheduling.Model;

namespace Gateway.Kubernetes.Hosting;

/// <summary>What clusters log as a whole. Numbers 7350–7379; never reused.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(7350, LogLevel.Error, "{Cluster}: pool {Pool} belongs to {Owner} already: its nodes here are left out. Give the clusters pool prefixes of which none begins with another")]
    public static partial void PoolIsAnothers(ILogger logger, string cluster, PoolId pool, string? owner);

    [LoggerMessage(7351, LogLevel.Information, "{Cluster}: nodes and pods are in step after {Took}")]
    public static partial void InStep(ILogger logger, string cluster, TimeSpan took);

    [LoggerMessage(7352, LogLevel.Warning, "{Cluster}: not in step after {Took}: {Why}. Nothing starts there until it is; it is tried on")]
    public static partial void NotInStep(ILogger logger, string cluster, TimeSpan took, string why);

    [LoggerMessage(7353, LogLevel.Error, "{Cluster}: {Part} broke; it begins anew in {Wait}")]
    public static partial void PartBroke(ILogger logger, Exception exception, string cluster, string part, TimeSpan wait);

    [LoggerMessage(7354, LogLevel.Information, "{Cluster}: {Services} services of jobs that have ended are removed")]
    public static partial void ServicesSwept(ILogger logger, string cluster, int services);
}
