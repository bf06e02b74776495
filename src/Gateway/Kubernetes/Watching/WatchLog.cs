namespace Gateway.Kubernetes.Watching;

/// <summary>What informers log. Numbers 7400–7449; never reused.</summary>
internal static partial class WatchLog
{
    [LoggerMessage(7400, LogLevel.Information, "{Cluster}: {Count} {Resource} listed in {Took}")]
    public static partial void Listed(ILogger logger, string cluster, string resource, int count, TimeSpan took);

    [LoggerMessage(7401, LogLevel.Warning, "{Cluster}: {Resource} could not be watched ({Why}); again in {Wait}")]
    public static partial void Broke(ILogger logger, string cluster, string resource, string why, TimeSpan wait);

    [LoggerMessage(7402, LogLevel.Error, "{Cluster}: one who looks at {Resource} failed to take a change")]
    public static partial void SubscriberFailed(ILogger logger, Exception exception, string cluster, string resource);
}
