namespace Gateway.Azure;

/// <summary>What the scale-set reconciler logs. Numbers 7400–7499; never reused.</summary>
internal static partial class AzureLog
{
    [LoggerMessage(7400, LogLevel.Information, "{Set}: {Step}")]
    public static partial void Doing(ILogger logger, string set, string step);

    [LoggerMessage(7401, LogLevel.Warning, "{Set}: looked at again in {Wait}")]
    public static partial void Failed(ILogger logger, Exception exception, string set, TimeSpan wait);

    [LoggerMessage(7402, LogLevel.Warning, "{Set}: {Failure} ({Message})")]
    public static partial void NoMachines(ILogger logger, string set, string failure, string message);
}
