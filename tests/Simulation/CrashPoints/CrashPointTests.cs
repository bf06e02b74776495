namespace Simulation.CrashPoints;

/// <summary>A crash at every write of every scenario: nothing accepted is lost, nothing is doubled, nothing leaks, and the scenario comes to its end.</summary>
public sealed class CrashPointTests(ITestOutputHelper output)
{
    private static readonly WriteFault[] s_faults =
    [
        WriteFault.KilledBefore, WriteFault.KilledAfter, WriteFault.AllKilledBefore, WriteFault.AllKilledAfter, WriteFault.AnswerLost, WriteFault.Failed,
    ];

    /// <summary>One silo is one process here, and a transaction has an inside.</summary>
    private static readonly WriteFault[] s_diskFaults =
    [
        WriteFault.AllKilledBefore, WriteFault.KilledInside, WriteFault.AllKilledAfter, WriteFault.AnswerLost, WriteFault.Failed, WriteFault.CommitFailed,
        WriteFault.CommitAnswerLost,
    ];

    public static TheoryData<string> Scenarios => [.. CrashScenarios.All.Select(s => s.Name)];

    /// <summary>Each write is an fsync: CRASH_SQLITE in the environment runs them all.</summary>
    public static TheoryData<string> DiskScenarios => CrashSettings.WholeDisk ? Scenarios : ["run to the end"];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Whatever_dies_at_whichever_write_it_comes_to_its_end(string name) =>
        Judge(name, scenario => new CrashCampaign(name, scenario.IsPoint, s_faults, fault => CrashRun.Of(scenario, fault, CrashSettings.Seed)));

    [Theory]
    [MemberData(nameof(DiskScenarios))]
    public void So_it_does_on_sqlite_where_the_one_process_dies_at_or_inside_any_transaction(string name) => Judge(name, scenario => new CrashCampaign(
        $"{name} (SQLite)", scenario.IsPoint, s_diskFaults, fault => CrashRun.Of(scenario, fault, CrashSettings.Seed, silos: 1, new SqliteMedium())));

    private void Judge(string name, Func<CrashScenario, CrashCampaign> run)
    {
        var campaign = run(CrashScenarios.All.Single(s => s.Name == name));
        campaign.Report();
        output.WriteLine($"{campaign.Points} write points");
        Assert.True(campaign.Points > 0, "the scenario writes nothing");
        Assert.True(
            campaign.Failures.Count == 0,
            $"{campaign.Failures.Count} runs failed; CRASH_SEED={CrashSettings.Seed} CRASH_ONLY=… runs one again:\n{string.Join('\n', campaign.Failures.Take(20))}");
    }
}
