using System.Globalization;

namespace Cluster.Tests.Campaigns;

/// <summary>A process's own wall clock, which can be put forward and back while it runs: wallclock.c, before libc. Its monotonic clock is left alone.</summary>
internal sealed class WallClock(string file, string? library)
{
    /// <summary>Null where there is no C compiler.</summary>
    public static async Task<string?> TryCompile(string folder)
    {
        var library = Path.Combine(folder, "wallclock.so");
        return await Shell.Try("cc", "-shared", "-fPIC", "-O2", "-o", library, Path.Combine(AppContext.BaseDirectory, "wallclock.c"), "-ldl") ? library : null;
    }

    /// <summary>For the process.</summary>
    public IReadOnlyDictionary<string, string> Environment =>
        library is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["WALLCLOCK"] = file };

    /// <summary>So far from this machine's own, from now on.</summary>
    public void Set(TimeSpan ahead)
    {
        // Another file in its place: it is never read half written.
        var next = file + ".next";
        File.WriteAllText(next, ahead.TotalSeconds.ToString("0", CultureInfo.InvariantCulture));
        File.Move(next, file, overwrite: true);
    }
}
