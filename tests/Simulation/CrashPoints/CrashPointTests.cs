using Silo.Tests.Support;

namespace Simulation.CrashPoints;

/// <summary>A crash at every write of every scenario: nothing accepted is lost, nothing is doubled, nothing leaks, and the scenario comes to its end.</summary>
public sealed class CrashPointTests(CrashServers servers, ITestOutputHelper output) : IClassFixture<CrashServers>
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

    /// <summary>The server is another process: it has no inside that dies with this one, but its answers can be lost on the way.</summary>
    private static readonly WriteFault[] s_serverFaults =
    [
        WriteFault.AllKilledBefore, WriteFault.AllKilledAfter, WriteFault.AnswerLost, WriteFault.Failed, WriteFault.CommitFailed, WriteFault.CommitAnswerLost,
    ];

    /// <summary>Of so many points one is run where not all are asked for: each is a cluster's whole life on a real server.</summary>
    private const int SomePoints = 12;

    /// <summary>A run on a server is half of the time waiting for it.</summary>
    private const int AtOnce = 2;

    // What reports add to a scenario's name.
    private const string Sqlite = " (SQLite)";
    private const string Postgres = " (PostgreSQL)";
    private const string Azure = " (Azure)";

    public static TheoryData<string> Scenarios => Chosen(whole: true, "");

    /// <summary>Each write is an fsync: CRASH_SQLITE in the environment runs them all.</summary>
    public static TheoryData<string> DiskScenarios => Chosen(CrashSettings.WholeDisk, Sqlite);

    /// <summary>CRASH_POSTGRES and CRASH_AZURE in the environment run them all.</summary>
    public static TheoryData<string> PostgresScenarios => Chosen(CrashSettings.WholePostgres, Postgres);

    public static TheoryData<string> AzureScenarios => Chosen(CrashSettings.WholeAzure, Azure);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Scenarios))]
    public void Whatever_dies_at_whichever_write_it_comes_to_its_end(string name) =>
        Judge(name, scenario => new CrashCampaign(name, scenario.IsPoint, s_faults, fault => CrashRun.Of(scenario, fault, CrashSettings.Seed)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(DiskScenarios))]
    public void So_it_does_on_sqlite_where_the_one_process_dies_at_or_inside_any_transaction(string name) => Judge(name, scenario => new CrashCampaign(
        $"{name}{Sqlite}", scenario.IsPoint, s_diskFaults, fault => CrashRun.Of(scenario, fault, CrashSettings.Seed, silos: 1, new SqliteMedium())));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(PostgresScenarios))]
    public async Task So_it_does_on_postgres(string name)
    {
        var schemas = await servers.Postgres();
        Judge(name, scenario => new CrashCampaign(
            $"{name}{Postgres}", scenario.IsPoint, s_serverFaults, fault => CrashRun.Of(scenario, fault, CrashSettings.Seed, silos: 1, new PostgresMedium(schemas)),
            CrashSettings.WholePostgres ? 1 : SomePoints, AtOnce));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(AzureScenarios))]
    public async Task So_it_does_on_azure_storage_where_one_write_is_several_requests(string name)
    {
        // One of its own: an Azurite that has served a thousand runs is several times slower, though each has cleared away what it had there.
        await using var server = await new AzuriteServer().Started();
        Judge(name, scenario => new CrashCampaign(
            $"{name}{Azure}", scenario.IsPoint, [.. s_serverFaults, WriteFault.KilledInside],
            fault => CrashRun.Of(scenario, fault, CrashSettings.Seed, silos: 1, new AzureMedium(server)), CrashSettings.WholeAzure ? 1 : SomePoints, AtOnce));
    }

    /// <summary>Those of which CRASH_ONLY names a run; else all, or one where a run takes long.</summary>
    private static TheoryData<string> Chosen(bool whole, string store) =>
    [
        .. CrashScenarios.All.Select(s => s.Name).Where(
            name => CrashSettings.Only.IsEmpty ? whole || name == "run to the end" : CrashSettings.NamesSome($"{name}{store}")),
    ];

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
