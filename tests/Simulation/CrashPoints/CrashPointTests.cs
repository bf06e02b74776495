namespace Simulation.CrashPoints;

/// <summary>A crash at every write of every scenario: nothing accepted is lost, nothing is doubled, nothing leaks, and the scenario comes to its end.</summary>
public sealed class CrashPointTests(ITestOutputHelper output)
{
    private static readonly WriteFault[] s_faults =
    [
        WriteFault.KilledBefore, WriteFault.KilledAfter, WriteFault.AllKilledBefore, WriteFault.AllKilledAfter, WriteFault.AnswerLost, WriteFault.Failed,
    ];

    public static TheoryData<string> Scenarios => [.. CrashScenarios.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Whatever_dies_at_whichever_write_it_comes_to_its_end(string name)
    {
        var scenario = CrashScenarios.All.Single(s => s.Name == name);
        var campaign = new CrashCampaign(name, scenario.IsPoint, s_faults, fault => CrashRun.Of(scenario, fault, CrashSettings.Seed));
        campaign.Report();
        output.WriteLine($"{campaign.Points} write points");
        Assert.True(campaign.Points > 0, "the scenario writes nothing");
        Assert.True(
            campaign.Failures.Count == 0,
            $"{campaign.Failures.Count} runs failed; CRASH_SEED={CrashSettings.Seed} CRASH_ONLY=… runs one again:\n{string.Join('\n', campaign.Failures.Take(20))}");
    }
}
