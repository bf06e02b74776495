using System.Globalization;

namespace Cluster.Tests.Campaigns;

/// <summary>A process's own wall clock, which can be put forward and back while it runs: Debian's libfaketime. Its monotonic clock is left alone.</summary>
internal sealed class WallClock(string file)
{
    private static readonly string? Library = Directory.Exists("/usr/lib")
        ? Directory.GetFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true }).FirstOrDefault()
        : null;

    public static bool CanBeHad => Library is not null;

    /// <summary>For the process.</summary>
    public IReadOnlyDictionary<string, string> Environment => Library is null ? new Dictionary<string, string>() : new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Library, ["FAKETIME_TIMESTAMP_FILE"] = file, ["FAKETIME_CACHE_DURATION"] = "1", ["DONT_FAKE_MONOTONIC"] = "1",
    };

    /// <summary>So far from this machine's own, from now on.</summary>
    public void Set(TimeSpan ahead)
    {
        // Another file in its place: it is never read half written.
        var next = file + ".next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{ahead.TotalSeconds:+0;-0;+0}\n"));
        File.Move(next, file, overwrite: true);
    }
}
