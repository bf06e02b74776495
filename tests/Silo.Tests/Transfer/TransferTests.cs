using System.Text;
using Grains.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Silo.Storage;
using Silo.Storage.Blobs;
using Silo.Storage.Postgres;
using Silo.Tests.Support;
using Silo.Transfer;

namespace Silo.Tests.Transfer;

/// <summary>A whole store from one kind to the next and round again, and everything that an export or an import refuses.</summary>
public sealed class TransferTests(PostgresServer postgres, AzuriteServer azurite) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        await postgres.Started();
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "connection"), (await azurite.Started()).ConnectionString);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Through_all_kinds_of_stores_and_back_nothing_changes()
    {
        var first = Embedded("first");
        await Fill(first);
        SiloOptions[] way = [first, Postgres(), Azure(), Embedded("last")];
        TransferCounts? counts = null;
        List<string>? items = null;
        for (var i = 1; i < way.Length; i++)
        {
            var file = Path.Combine(_folder.Path, $"{i}.export");
            var exported = await Tool(way[i - 1]).Export(file, default);
            Assert.Equal(counts ??= exported, exported);
            Assert.Equal(items ??= await Items(file), await Items(file));
            Assert.Equal(exported, await StoreTool.Check(file, default));
            Assert.Equal(exported, await Tool(way[i]).Import(file, default));
        }

        Assert.Equal(new TransferCounts(5, 3, 3, 12), counts);
        await CheckAlive(way[^1]);
    }

    [Fact]
    public async Task A_store_that_is_in_use_is_not_exported()
    {
        var file = Path.Combine(_folder.Path, "export");
        var embedded = Embedded("used");
        await using (new SqliteUnderTest(folder: embedded.DataFolder))
            Assert.Contains("in use", (await Assert.ThrowsAsync<TransferException>(() => Tool(embedded).Export(file, default))).Message, StringComparison.Ordinal);

        await using (var used = await new PostgresUnderTest(postgres).Open())
        {
            await used.Journals.Append("s", 0, "a");
            var options = Postgres(used.Options.Schema);
            Assert.Contains("Silos use", (await Assert.ThrowsAsync<TransferException>(() => Tool(options).Export(file, default))).Message, StringComparison.Ordinal);
            await used.Database.DisposeAsync();
            await Tool(options).Export(file, default);
        }

        File.Delete(file);
        await using (var used = await new BlobUnderTest(azurite).Open())
        {
            var options = Azure(used.Options.Container);
            Assert.Contains("Silos use", (await Assert.ThrowsAsync<TransferException>(() => Tool(options).Export(file, default))).Message, StringComparison.Ordinal);
            await used.Database.DisposeAsync();
            await Tool(options).Export(file, default);
        }
    }

    [Fact]
    public async Task While_a_store_is_copied_no_silo_writes_to_it()
    {
        await using var writer = await new PostgresUnderTest(postgres, reconnectFor: TimeSpan.FromMilliseconds(300)).Open();
        await using (var alone = await PostgresDatabase.TakeAlone(writer.Options))
        {
            Assert.NotNull(alone);
            await Assert.ThrowsAsync<StorageException>(() => writer.Journals.Append("s", 0, "a"));
        }

        await writer.Journals.Append("s", 0, "a");
        await using var blobs = await new BlobUnderTest(azurite).Open();
        await blobs.Database.DisposeAsync();
        var tools = OpenAlone(blobs);
        Assert.Contains("being exported or imported", Assert.Throws<StorageStartupException>(() => blobs.OpenAnother()).Message, StringComparison.Ordinal);
        await tools.DisposeAsync();
        await blobs.OpenAnother().DisposeAsync();
    }

    [Fact]
    public async Task An_import_into_a_store_that_holds_anything_is_refused_and_changes_nothing()
    {
        var file = await Exported();
        foreach (var target in new[] { Embedded("full"), Postgres(), Azure() })
        {
            await Tool(target).Import(file, default);
            Assert.Contains("holds data already", (await Assert.ThrowsAsync<TransferException>(() => Tool(target).Import(file, default))).Message, StringComparison.Ordinal);
            await CheckAlive(target);
        }
    }

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(0.5, false)]
    [InlineData(0.99, true)]
    [InlineData(0.99, false)]
    public async Task A_file_that_is_cut_off_or_changed_anywhere_is_found_out_before_anything_is_touched(double where, bool isCut)
    {
        var file = await Exported();
        var bytes = await File.ReadAllBytesAsync(file);
        var at = (int)(bytes.Length * where);
        bytes[at] ^= 0x10;
        await File.WriteAllBytesAsync(file, isCut ? bytes[..at] : bytes);
        var target = Embedded("target");
        var error = await Assert.ThrowsAsync<TransferException>(() => Tool(target).Import(file, default));

        Assert.Contains("Take another copy", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target.DataFolder));
    }

    [Fact]
    public async Task A_file_of_a_newer_format_and_a_file_that_is_none_are_refused_in_words()
    {
        var file = Path.Combine(_folder.Path, "other");
        await File.WriteAllTextAsync(file, "orleans-scheduler store export, format 9\n");
        Assert.Contains("format 9", (await Assert.ThrowsAsync<TransferException>(() => StoreTool.Check(file, default))).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "hello");
        Assert.Contains("no export", (await Assert.ThrowsAsync<TransferException>(() => StoreTool.Check(file, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_that_did_not_come_to_its_end_is_no_store_to_start_on()
    {
        await using var blobs = await new BlobUnderTest(azurite).Open();
        await blobs.Database.DisposeAsync();
        await using (var target = await BlobTarget.Open(OpenAlone(blobs)))
            await target.Put(new StoredRecord("node", "node/n1", RecordCodec.Encode(new TestState()), null));
        Assert.Contains("did not come to its end", Assert.Throws<StorageStartupException>(() => blobs.OpenAnother()).Message, StringComparison.Ordinal);

        var embedded = Embedded("half");
        await using (var target = SqliteTarget.Open(embedded.DataFolder, TimeProvider.System, NullLogger.Instance))
            await target.Put(new StoredRecord("node", "node/n1", RecordCodec.Encode(new TestState()), null));
        Assert.Equal(TransferCounts.None, await Tool(embedded).Export(Path.Combine(_folder.Path, "nothing"), default));
    }

    [Fact]
    public async Task A_backup_of_the_data_folder_is_of_one_moment_though_its_server_writes_on()
    {
        var options = Embedded("busy");
        await using var storage = new SqliteUnderTest(folder: options.DataFolder);
        using var stop = new CancellationTokenSource();
        var position = 0L;
        var writer = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await storage.Journals.Append("s", position, "a", "b");
                position += 2;
            }
        });
        for (var n = 1; n <= 3; n++)
        {
            var before = Interlocked.Read(ref position);
            var file = Path.Combine(_folder.Path, $"backup{n}.db");
            await Tool(options).Backup(file);
            var restored = Directory.CreateDirectory(Path.Combine(_folder.Path, $"restored{n}")).FullName;
            File.Copy(file, Path.Combine(restored, "scheduler.db"));
            await using var copy = new SqliteUnderTest(folder: restored);
            var found = (await copy.Journals.Read("s")).Position;
            Assert.InRange(found, before, long.MaxValue);
            Assert.Equal(0, found % 2);
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task A_dump_of_postgres_restores_into_another_schema_of_another_server()
    {
        var options = Postgres();
        await Tool(options).Import(await Exported(), default);
        var dump = Path.Combine(_folder.Path, "dump");
        await postgres.RunTool("pg_dump", ["--format=custom", $"--schema={options.Postgres.Schema}", "postgres"], output: dump);
        await using var other = await new PostgresServer().Started();
        await other.RunTool("pg_restore", ["--exit-on-error", "--dbname=postgres"], input: dump);
        options.Postgres.ConnectionString = other.ConnectionString;

        await CheckAlive(options);
    }

    private static BlobDatabase OpenAlone(BlobUnderTest blobs) => BlobDatabase.Open(
        blobs.Options, new GroupCommitOptions(), blobs.Instruments, TimeProvider.System, NullLoggerFactory.Instance, transport: null, alone: true);

    private static StoreTool Tool(SiloOptions options) => new(options, NullLoggerFactory.Instance, TimeProvider.System);

    private static async Task<List<string>> Items(string file)
    {
        var items = new List<string>();
        var stream = "";
        await using var opened = File.OpenRead(file);
        await foreach (var item in TransferFile.Read(opened, default))
        {
            stream = item is TransferItem.StreamBegins begins ? begins.Stream : stream;
            items.Add(item switch
            {
                TransferItem.Record { Value: var r } => $"record {r.Name} {r.Grain} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(r.Body))} {r.Row}",
                TransferItem.StreamBegins b => $"stream {b.Stream} {b.Position} {Text(b.Snapshot)}",
                TransferItem.Entries e => $"entries of {stream}: {string.Join(' ', e.Values.Select(Text))}",
                TransferItem.SegmentCloses c => $"segment of {stream}: {c.Segment} {Text(c.Snapshot)}",
                _ => $"{item.GetType().Name} of {stream}",
            });
        }

        // Stores list records and streams in orders of their own; of a stream the order counts, and its items are named after it.
        return [.. items.Order(StringComparer.Ordinal)];
    }

    private static string Text(byte[]? bytes) => bytes is null ? "none" : Encoding.UTF8.GetString(bytes);

    private static async Task Fill(SiloOptions options)
    {
        await using var storage = new SqliteUnderTest(folder: options.DataFolder);
        await storage.Grains.Put("a", new TestState { Number = 1 });
        await storage.Grains.Put("b/c", new TestState { Number = 2 });
        await storage.Grains.Put("j1", new TestJob { Id = "j1", Deadline = 7, Parent = "set", Submitted = 3 });
        await storage.Grains.Put("j2", new TestJob { Id = "j2", Ended = true, Phase = "Failed" });
        await storage.Grains.Put("j3", new TestJob { Id = "j3", Note = new string('x', 700_000) });
        await storage.Journals.Append("pool/h100", 0, "a", "b");
        for (var n = 1; n <= 4; n++)
        {
            var keep = new JournalKeep { Now = TestJob.Epoch.AddHours(n), MaxAge = TimeSpan.FromHours(2), MaxBytes = 1 << 20, Mark = n, Bytes = 2 };
            await storage.Journals.WriteSnapshot("pool/h100", 2 * n, Encoding.UTF8.GetBytes($"sum of {2 * n}"), keep);
            await storage.Journals.Append("pool/h100", 2 * n, $"e{n}", "f");
        }

        await storage.Journals.Append("rack/h100/r=1", 0, "x", "y", "z");
        await storage.Journals.Snapshot("rack/h100/r=1", 2, "xy");
        await storage.Journals.Append("quota/default", 0, "q", "r", "s");
    }

    private static async Task CheckAlive(SiloOptions options)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.AddSchedulerSilo(o =>
        {
            (o.Storage, o.DataFolder) = (options.Storage, options.DataFolder);
            (o.Postgres.ConnectionString, o.Postgres.Schema) = (options.Postgres.ConnectionString, options.Postgres.Schema);
            (o.Azure.ConnectionStringFile, o.Azure.Container, o.Azure.Table) = (options.Azure.ConnectionStringFile, options.Azure.Container, options.Azure.Table);
        });
        using var host = builder.Build();
        var storage = (SiloStorage)host.Services.GetService(typeof(SiloStorage))!;
        var pool = await storage.Journals.Read("pool/h100");
        Assert.Equal(("sum of 8", 8L, 10L), (pool.SnapshotText()!, pool.SnapshotPosition, pool.Position));
        Assert.Equal([2, 4, 6, 8], (await storage.Journals.ListHistory("pool/h100")).Select(s => s.Position));
        Assert.Equal("sum of 2", Text(await storage.Journals.ReadSnapshot("pool/h100", 2)));
        Assert.Equal(["z"], (await storage.Journals.Read("rack/h100/r=1")).Texts());
        Assert.Equal(3, (await storage.Journals.Read("quota/default")).Position);

        // And it is written to like any other.
        await storage.Journals.Append("pool/h100", 10, "next");
        await storage.Journals.Append("quota/default", 3, "t");
        Assert.Equal(["j1"], (await storage.Jobs.Due(DateTimeOffset.MaxValue, 10)).Select(j => j.Value));
        Assert.Equal(["j1", "j3"], (await storage.Jobs.Scan(null, 10, includeEnded: false)).Select(r => r.Job.Value));
        var job = await storage.Grains.Read<TestJob>("j1");
        job.State = job.State! with { Attempt = 2 };
        await storage.Grains.Write("j1", job);
        Assert.Equal(2, (await storage.Grains.Read<TestState>("b/c")).State!.Number);
        Assert.Equal(700_000, (await storage.Grains.Read<TestJob>("j3")).State!.Note.Length);
    }

    private async Task<string> Exported()
    {
        var source = Embedded("source");
        await Fill(source);
        var file = Path.Combine(_folder.Path, "export");
        await Tool(source).Export(file, default);
        return file;
    }

    private SiloOptions Embedded(string name) => new() { DataFolder = Path.Combine(_folder.Path, name) };

    private SiloOptions Postgres(string? schema = null) => new()
    {
        Storage = StorageKind.Postgres,
        Postgres = new PostgresOptions { ConnectionString = postgres.ConnectionString, Schema = schema ?? postgres.NewSchema() },
    };

    private SiloOptions Azure(string? name = null)
    {
        var options = new SiloOptions { Storage = StorageKind.Azure };
        options.Azure.ConnectionStringFile = Path.Combine(_folder.Path, "connection");
        options.Azure.Container = options.Azure.Table = name ?? azurite.NewName();
        return options;
    }
}
