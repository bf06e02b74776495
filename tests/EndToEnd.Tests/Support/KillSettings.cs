using System.Globalization;

namespace EndToEnd.Tests.Support;

/// <summary>How long and how hard the gateway is killed, from the environment: build/chaos.sh sets it. A test run has a small one.</summary>
internal sealed record KillSettings
{
    /// <summary>E2E_SEED repeats the choice of jobs and moments.</summary>
    public int Seed { get; } = Number("E2E_SEED", TimeProvider.System.GetUtcNow().Millisecond * 61);

    /// <summary>E2E_KILLS: how often, at least.</summary>
    public int Kills { get; } = Number("E2E_KILLS", 6);

    /// <summary>E2E_JOBS: submissions that are acknowledged meanwhile.</summary>
    public int Jobs { get; } = Number("E2E_JOBS", 1200);

    /// <summary>E2E_REST: seconds to come to rest in, where the machine is busy with other things too.</summary>
    public TimeSpan Rest { get; } = TimeSpan.FromSeconds(Number("E2E_REST", 120));

    /// <summary>E2E_LIMIT: minutes that the load and the kills may take.</summary>
    public TimeSpan Limit { get; } = TimeSpan.FromMinutes(Number("E2E_LIMIT", 60));

    /// <summary>E2E_SUMMARY: a file that gets the line with all counts.</summary>
    public string? Summary { get; } = Environment.GetEnvironmentVariable("E2E_SUMMARY");

    private static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : otherwise;
}
