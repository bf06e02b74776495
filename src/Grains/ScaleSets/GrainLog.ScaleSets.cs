using Microsoft.Extensions.Logging;

namespace Grains;

/// <summary>Scale sets: 600–699.</summary>
internal static partial class GrainLog
{
    [LoggerMessage(600, LogLevel.Information, "Scale set {Set}: {Instance} ({Node}) is empty and is to be deleted")]
    public static partial void ScaleSetDrained(ILogger log, string set, string instance, string node);

    [LoggerMessage(601, LogLevel.Warning, "Scale set {Set}: node {Node} could not be asked; trying again")]
    public static partial void ScaleSetNodeFailed(ILogger log, Exception error, string set, string node);
}
