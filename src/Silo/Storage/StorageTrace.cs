using System.Diagnostics;

namespace Silo.Storage;

/// <summary>Writes as spans of the trace that asked for them: from being asked to being durable, which is somebody else's work between. What nobody's trace asks for has none.</summary>
internal static class StorageTrace
{
    /// <summary>What collectors of traces listen to.</summary>
    public const string Source = "Orleans.Scheduler.Storage";

    private static readonly ActivitySource s_source = new(Source);

    public static bool IsWanted => s_source.HasListeners() && Activity.Current is { Recorded: true };

    /// <summary>Until it is disposed of.</summary>
    public static Activity? Begin(PendingWrite write)
    {
        var span = s_source.StartActivity("store.write", ActivityKind.Client);
        span?.SetTag("store.key", write.Key).SetTag("store.bytes", write.Bytes);
        return span;
    }
}
