using System.Diagnostics;
using Scheduling.Model;
using Silo.Tests.Support;

namespace Silo.Tests.Durability;

/// <summary>Real processes, really killed.</summary>
public sealed class KillTests(AzuriteServer azurite, ITestOutputHelper output)
{
    [Fact]
    public async Task Whatever_was_acknowledged_before_kill_9_is_there_afterwards_in_order_and_once()
    {
        using var folder = new TemporaryFolder();
        await KillAgainAndAgain(folder, Path.Combine(folder.Path, "data"), kills: 14);
    }

    [Fact]
    public async Task So_it_is_with_azure_storage()
    {
        using var folder = new TemporaryFolder();
        var connection = Path.Combine(folder.Path, "connection");
        await File.WriteAllTextAsync(connection, (await azurite.Started()).ConnectionString);
        await KillAgainAndAgain(folder, $"{connection},{azurite.NewName()}", kills: 8);
    }

    private async Task KillAgainAndAgain(TemporaryFolder folder, string data, int kills)
    {
        var notes = Path.Combine(folder.Path, "acks");
        var random = new Random(20260801);
        var before = new Dictionary<string, long>();
        for (var kill = 1; kill <= kills; kill++)
        {
            // Every fourth dies while it starts, the others at full speed.
            await RunAndKill(data, notes, kill % 4 == 0 ? "open" : "busy", TimeSpan.FromMilliseconds(random.Next(5, 250)));
            var (acknowledged, lines) = AckFile.Read(notes);
            before = await Check(data, acknowledged, before);
            output.WriteLine($"kill {kill}: {lines} acknowledgements so far, {string.Join(", ", acknowledged)}");
        }

        Assert.All(Enumerable.Range(0, AppendingChild.Streams), s => Assert.True(before[$"s{s}"] > 0));
    }

    private static async Task RunAndKill(string data, string notes, string state, TimeSpan after)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(AppendingChild).Assembly.Location);
        foreach (var argument in new[] { AppendingChild.Role, data, notes })
            start.ArgumentList.Add(argument);
        using var child = Process.Start(start)!;
        while (await child.StandardOutput.ReadLineAsync() is { } line && line != state)
        {
        }

        // The moment is the point here: it falls anywhere between a write and its answer.
        await Task.Delay(after);
        Assert.False(child.HasExited, "the child ended by itself");
        child.Kill(); // SIGKILL
        await child.WaitForExitAsync();
    }

    private static async Task<Dictionary<string, long>> Check(string data, Dictionary<string, long> acknowledged, Dictionary<string, long> before)
    {
        await using var storage = await AppendingChild.Open(data);
        var found = new Dictionary<string, long>();
        for (var s = 0; s < AppendingChild.Streams; s++)
        {
            var stream = $"s{s}";
            var contents = await storage.Journals.Read(stream);
            Assert.True(contents.Position >= acknowledged.GetValueOrDefault(stream), $"{stream} is at {contents.Position}, acknowledged was {acknowledged.GetValueOrDefault(stream)}");
            Assert.True(contents.Position >= before.GetValueOrDefault(stream), "what was read once went away");
            Assert.Equal(0, contents.Position % 2); // Two entries an append: all or none.
            Assert.Equal(
                Enumerable.Range(1, contents.Entries.Count).Select(n => AppendingChild.Entry(contents.SnapshotPosition + n)),
                contents.Texts());
            Assert.Equal(contents.SnapshotPosition == 0 ? null : $"snapshot of {contents.SnapshotPosition}", contents.SnapshotText());
            found[stream] = contents.Position;
        }

        var job = await storage.Grains.Read<TestJob>("job");
        Assert.True(job.State!.Attempt >= acknowledged.GetValueOrDefault("job"));
        if (job.RecordExists)
            Assert.Equal(job.State.ToIndexRow(), Assert.Single(await storage.Jobs.Get([new JobId("job")])));
        return found;
    }
}
