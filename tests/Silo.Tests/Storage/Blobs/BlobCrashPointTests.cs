using System.Globalization;
using System.Text;
using Grains.Storage;
using Orleans.Storage;
using Scheduling.Model;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

/// <summary>
/// One grain's life on Azure Storage, and a fault at every single request of it that writes: lost, its answer lost, the process gone before it or after it. A write of the
/// contract is several requests here, so this is finer than a fault at each write.
/// </summary>
public sealed class BlobCrashPointTests(AzuriteServer server, ITestOutputHelper output)
{
    private static readonly JournalKeep Keep = new() { Now = TestJob.Epoch, MaxAge = TimeSpan.FromDays(7), MaxBytes = 1 << 20, Bytes = 3 };

    [Theory]
    [InlineData(RequestFault.Lost)]
    [InlineData(RequestFault.AnswerLost)]
    [InlineData(RequestFault.DeadBefore)]
    [InlineData(RequestFault.DeadAfter)]
    public async Task Whatever_is_lost_at_whichever_request_all_comes_to_its_end_once(RequestFault fault)
    {
        await using var storage = await new BlobUnderTest(server, new FaultyTransport(), reconnectFor: TimeSpan.FromMilliseconds(400)).Open();
        var point = 0;
        while (true)
        {
            var life = new Life(storage, $"p{++point}");
            storage.Transport!.Plan(point, fault);
            await life.Run();
            await life.Check();
            if (!life.HasStruck)
                break;
        }

        output.WriteLine($"{point - 1} requests that write, {fault} at each");
        Assert.True(point > 18, $"a life that writes only {point} times is not the one that is meant");
    }

    private sealed class Life(BlobUnderTest storage, string name)
    {
        private static readonly string s_large = new('x', 600_000);
        private readonly FaultyTransport _way = storage.Transport!;

        public bool HasStruck => _way.HasStruck;

        public async Task Run()
        {
            await Append(0, "1");
            await Append(1, "2", "3");
            await Job(1, new TestJob { Id = name, Parent = "set", Deadline = 50 });
            await Snapshot(3);
            await Job(2, new TestJob { Id = name, Phase = "Running", Parent = "set", Deadline = 70 });
            await Append(3, "4");
            await Record(1);
            await Job(3, new TestJob { Id = name, Phase = "Running", Parent = "set", Note = s_large });
            await Snapshot(4);
            await Job(4, new TestJob { Id = name, Phase = "Stopping", Note = s_large + "!" });
            await Record(2);
            await Job(5, new TestJob { Id = name, Phase = "Succeeded", Ended = true });
            await Append(4, "5");
        }

        public async Task Check()
        {
            var contents = await storage.Journals.Read(name);
            Assert.Equal(("sum of 4", 4L), (contents.SnapshotText()!, contents.SnapshotPosition));
            Assert.Equal(["5"], contents.Texts());
            Assert.Equal(["1", "2", "3", "4", "5"], (await storage.Journals.ReadEntries(name, 0, 10)).Select(e => Encoding.UTF8.GetString(e)));
            Assert.Equal([0, 3, 4], (await storage.Journals.ListHistory(name)).Select(s => s.Position));
            Assert.Equal(2, (await storage.Grains.Read<TestState>(name)).State!.Number);

            // Found exactly where a job is to be found that ended and waits for nothing.
            var row = (await storage.Grains.Read<TestJob>(name)).State!.ToIndexRow();
            Assert.Equal((5, true), (row.Attempt, row.Ended));
            Assert.Equal(row, Assert.Single(await storage.Jobs.Get([row.Job])));
            Assert.Equal(row, Assert.Single(await storage.Jobs.Scan(null, 1000, includeEnded: true), r => r.Job == row.Job));
            Assert.Equal(row, Assert.Single((await storage.Jobs.Query(new JobQuery(null, Limit: 1000))).Rows, r => r.Job == row.Job));
            Assert.DoesNotContain(await storage.Jobs.Scan(null, 1000, includeEnded: false), r => r.Job == row.Job);
            Assert.DoesNotContain(row.Job, await storage.Jobs.Due(DateTimeOffset.MaxValue, 1000));
            Assert.DoesNotContain((await storage.Jobs.Query(new JobQuery(null, Parent: new JobId("set"), Limit: 1000))).Rows, r => r.Job == row.Job);
        }

        private Task Append(long after, params string[] entries) => Until(
            async () => (await storage.Journals.Read(name)).Position is var position && position != after
                ? position == after + entries.Length ? true : throw new InvalidOperationException($"{name} is at {position}: half of an append was kept")
                : false,
            () => storage.Journals.Append(name, after, entries));

        private Task Snapshot(long position) => Until(
            async () => (await storage.Journals.Read(name)).SnapshotPosition == position,
            () => storage.Journals.WriteSnapshot(name, position, Encoding.UTF8.GetBytes($"sum of {position.ToString(CultureInfo.InvariantCulture)}"), Keep));

        private Task Job(int number, TestJob job) => Until(
            async () => (await storage.Grains.Read<TestJob>(name)) is { RecordExists: true } read && read.State!.Attempt == number,
            () => storage.Grains.Put(name, job with { Attempt = number }));

        private Task Record(int number) => Until(
            async () => (await storage.Grains.Read<TestState>(name)).State!.Number == number,
            () => storage.Grains.Put(name, new TestState { Number = number }));

        /// <summary>As grains do: after an error they read, and decide again.</summary>
        private async Task Until(Func<Task<bool>> isDone, Func<Task> write)
        {
            for (var tries = 0; tries < 10; tries++)
            {
                try
                {
                    await write();
                    return;
                }
                catch (Exception e) when (e is StorageException or InconsistentStateException)
                {
                    if (_way.IsDead)
                    {
                        storage.Transport = new FaultyTransport();
                        storage.Abandon();
                    }

                    if (await isDone())
                        return;
                }
            }

            Assert.Fail($"{name} came to no end");
        }
    }
}
