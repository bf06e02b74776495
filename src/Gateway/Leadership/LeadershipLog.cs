namespace Gateway.Leadership;

/// <summary>What leadership logs. Numbers 7200–7299; never reused.</summary>
internal static partial class LeadershipLog
{
    [LoggerMessage(7200, LogLevel.Information, "{Holder} leads {Lease} under epoch {Epoch}")]
    public static partial void Won(ILogger logger, string holder, string lease, long epoch);

    [LoggerMessage(7201, LogLevel.Warning, "{Holder} leads {Lease} no longer (epoch {Epoch}): {Why}")]
    public static partial void Lost(ILogger logger, string holder, string lease, long epoch, string why);

    [LoggerMessage(7202, LogLevel.Warning, "Lease {Lease} could not be read or written ({Why}); tried again in {Wait}")]
    public static partial void Unanswered(ILogger logger, string lease, string why, TimeSpan wait);
}
