using Grains.Storage;

namespace Silo.Tests.Support;

/// <summary>The smallest journaled grain: its state is a sum.</summary>
internal sealed class JournaledSum
{
    public const string Stream = "sum";

    public JournalWriter<TestState, TestState> Journal { get; private set; } = null!;

    public int Sum { get; private set; }

    public int Restored { get; private set; }

    public int Applied { get; private set; }

    public string Padding { get; set; } = "";

    public static async Task<JournaledSum> Open(IJournalStore store, JournalOptions? options = null)
    {
        var grain = new JournaledSum();
        grain.Journal = await JournalWriter<TestState, TestState>.OpenAsync(store, Stream, grain.Restore, grain.Apply, options);
        return grain;
    }

    public Task Add(params int[] numbers)
    {
        Sum += numbers.Sum();
        return Journal.AppendAsync([.. numbers.Select(n => new TestState { Number = n })]);
    }

    public TestState ToSnapshot() => new() { Number = Sum, Text = Padding };

    private void Restore(TestState snapshot)
    {
        Restored++;
        Sum = snapshot.Number;
    }

    private void Apply(TestState entry)
    {
        Applied++;
        Sum += entry.Number;
    }
}
