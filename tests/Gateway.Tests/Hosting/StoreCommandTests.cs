using System.Diagnostics.Metrics;
using Gateway.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Silo;
using Silo.Storage;
using Silo.Storage.Sqlite;

namespace Gateway.Tests.Hosting;

/// <summary>"store …" of the server's program: what an operator types, and reads.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("store-command-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_store_is_exported_checked_imported_and_backed_up()
    {
        await Fill(In("first"));

        Assert.Equal((0, $"exported 0 records (0 jobs), 1 journals, 2 entries to {In("file")}"), await Run("store", "export", In("file"), "--data", In("first")));
        Assert.Equal((0, $"{In("file")} is whole: 0 records (0 jobs), 1 journals, 2 entries"), await Run("store", "check", In("file")));
        Assert.Equal((0, "imported 0 records (0 jobs), 1 journals, 2 entries"), await Run("store", "import", In("file"), "--data", In("second")));
        Assert.Equal((0, $"backed up to {In("backup.db")}"), await Run("store", "backup", In("backup.db"), "--data", In("second")));
        Assert.True(File.Exists(In("backup.db")));
    }

    [Fact]
    public async Task What_cannot_be_done_is_one_line_and_leaves_nothing_behind()
    {
        var (code, said) = await Run("store", "export", In("file"), "--data", In("none"));
        Assert.Equal((65, $"There is no database in {In("none")}."), (code, said));
        Assert.False(File.Exists(In("file")) || File.Exists(In("file.part")) || Directory.Exists(In("none")));

        Assert.Equal((65, $"There is no file {In("file")}."), await Run("store", "import", In("file"), "--data", In("second")));
        await Fill(In("first"));
        await File.WriteAllTextAsync(In("file"), "mine");
        Assert.Equal((65, $"{In("file")} is there already: name another file."), await Run("store", "export", In("file"), "--data", In("first")));
        Assert.Equal("mine", await File.ReadAllTextAsync(In("file")));
    }

    [Theory]
    [InlineData(64, "Usage", "store")]
    [InlineData(64, "Usage", "store", "export")]
    [InlineData(64, "Usage", "store", "throw", "away")]
    [InlineData(64, "Usage", "store", "export", "file", "--colour")]
    [InlineData(78, "Silo:Postgres:ConnectionString", "store", "export", "file", "--Silo:Storage=Postgres")]
    [InlineData(78, "Silo:Azure:BlobEndpoint", "store", "export", "file", "--Silo:Storage=Azure")]
    public async Task What_makes_no_sense_is_told_with_what_would(int expected, string words, params string[] args)
    {
        var (code, said) = await Run(args);

        Assert.Equal(expected, code);
        Assert.Contains(words, said, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said)> Run(params string[] args)
    {
        using var said = new StringWriter();
        return (await ServerProcess.Run(args, said, said), said.ToString().Trim());
    }

    private static async Task Fill(string folder)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var instruments = new StorageInstruments(services.GetRequiredService<IMeterFactory>());
        using var database = SqliteDatabase.Open(folder, new GroupCommitOptions(), 1, instruments, TimeProvider.System, NullLogger<SqliteDatabase>.Instance);
        await new SqliteJournalStore(database).Append("s", 0, ["a"u8.ToArray(), "b"u8.ToArray()]);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);
}
