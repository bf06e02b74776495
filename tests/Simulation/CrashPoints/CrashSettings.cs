using System.Collections.Immutable;
using System.Globalization;

namespace Simulation.CrashPoints;

/// <summary>What of all the crash points is run, from the environment: build/crash-points.sh sets it.</summary>
internal static class CrashSettings
{
    /// <summary>CRASH_SEED: of the order of everything. Another seed is another run with other points.</summary>
    public static int Seed { get; } = Number("CRASH_SEED", 1);

    /// <summary>CRASH_EVERY: of so many points one is run, another one with each seed. 1: all.</summary>
    public static int Every { get; } = Number("CRASH_EVERY", 1);

    /// <summary>CRASH_ONLY=SCENARIO/NUMBER/FAULT: this run alone, as failures name it; without FAULT, or NUMBER, all of these. Several are parted by semicolons.</summary>
    public static ImmutableArray<string> Only { get; } =
        [.. (Environment.GetEnvironmentVariable("CRASH_ONLY") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>CRASH_REPORT: the file that gets a line for each scenario.</summary>
    public static string? Report { get; } = Environment.GetEnvironmentVariable("CRASH_REPORT");

    /// <summary>CRASH_LIST: the report names every point.</summary>
    public static bool List { get; } = Environment.GetEnvironmentVariable("CRASH_LIST") is not null;

    /// <summary>CRASH_SQLITE: every scenario on the real disk too.</summary>
    public static bool WholeDisk { get; } = Environment.GetEnvironmentVariable("CRASH_SQLITE") is not null;

    /// <summary>CRASH_POSTGRES: every scenario on a PostgreSQL server too.</summary>
    public static bool WholePostgres { get; } = Environment.GetEnvironmentVariable("CRASH_POSTGRES") is not null;

    /// <summary>CRASH_AZURE: every scenario on Azurite too.</summary>
    public static bool WholeAzure { get; } = Environment.GetEnvironmentVariable("CRASH_AZURE") is not null;

    /// <summary>Whether the run is asked for by name.</summary>
    public static bool Names(string run) => Only.Any(only => $"{run}/".StartsWith($"{only}/", StringComparison.Ordinal));

    /// <summary>Whether any run of the scenario is.</summary>
    public static bool NamesSome(string scenario) => Only.Any(only => only == scenario || only.StartsWith($"{scenario}/", StringComparison.Ordinal));

    private static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
