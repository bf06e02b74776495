using System.Globalization;
using Silo.Tests.Support;

namespace Silo.Tests.Durability;

/// <summary>
/// The process that is killed: appends to several streams and writes a record, many at once, and notes each acknowledgement
/// in a file that it syncs itself, so that the notes are never ahead of the answers nor lost with the process.
/// </summary>
internal static class AppendingChild
{
    public const string Role = "--appending-child";
    public const int Streams = 3;
    private const int InFlight = 16;

    /// <summary>Arguments: data folder, or a file with a connection string and the name of a container after a comma; acknowledgement file.</summary>
    public static async Task<int> Run(string[] args)
    {
        await using var storage = await Open(args[0]);
        await using var notes = new AckFile(args[1]);
        Console.WriteLine("open");
        await Task.WhenAll([.. Enumerable.Range(0, Streams).Select(s => Task.Run(() => AppendForEver(storage, $"s{s}", notes))), WriteForEver(storage, notes)]);
        return 0;
    }

    public static async Task<IStorageUnderTest> Open(string where) => where.Split(',') is [var connection, var container]
        ? await new BlobUnderTest(container).Open(await File.ReadAllTextAsync(connection))
        : new SqliteUnderTest(folder: where);

    private static async Task AppendForEver(IStorageUnderTest storage, string stream, AckFile notes)
    {
        var journals = storage.Journals;
        var position = (await journals.Read(stream)).Position;
        var inFlight = new Queue<(long Position, Task Append)>();
        while (true)
        {
            while (inFlight.Count < InFlight)
            {
                var append = journals.Append(stream, position, Entry(position + 1), Entry(position + 2));
                position += 2;
                inFlight.Enqueue((position, append));
            }

            var (acknowledged, task) = inFlight.Dequeue();
            await task;
            await notes.Add(stream, acknowledged);
            if (acknowledged % 1000 == 0)
                await journals.Snapshot(stream, acknowledged - 500, $"snapshot of {acknowledged - 500}");
        }
    }

    private static async Task WriteForEver(IStorageUnderTest storage, AckFile notes)
    {
        var state = await storage.Grains.Read<TestJob>("job");
        var first = state.State!.Attempt;
        while (true)
        {
            var number = state.State!.Attempt + 1;
            state.State = new TestJob { Id = "job", Attempt = number };
            await storage.Grains.Write("job", state);
            await notes.Add("job", number);
            if (number == first + 1)
                Console.WriteLine("busy");
        }
    }

    public static string Entry(long position) => string.Create(CultureInfo.InvariantCulture, $"entry {position}");
}
