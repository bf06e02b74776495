using Grains.Storage;

namespace Silo.Transfer;

/// <summary>One item of a copy, in the order in which a target takes them.</summary>
internal abstract record TransferItem
{
    private TransferItem()
    {
    }

    internal sealed record Record(StoredRecord Value) : TransferItem;

    internal sealed record StreamBegins(string Stream, long Position, byte[]? Snapshot) : TransferItem;

    internal sealed record Entries(IReadOnlyList<byte[]> Values) : TransferItem;

    internal sealed record SegmentCloses(JournalSegment Segment, byte[] Snapshot) : TransferItem;

    internal sealed record StreamEnds : TransferItem;

    internal sealed record End(TransferCounts Counts) : TransferItem;
}

/// <summary>What a copy holds.</summary>
public sealed record TransferCounts(long Records, long Jobs, long Streams, long Entries)
{
    public static TransferCounts None { get; } = new(0, 0, 0, 0);

    internal TransferCounts With(TransferItem item) => item switch
    {
        TransferItem.Record { Value.Row: null } => this with { Records = Records + 1 },
        TransferItem.Record => this with { Records = Records + 1, Jobs = Jobs + 1 },
        TransferItem.StreamBegins => this with { Streams = Streams + 1 },
        TransferItem.Entries entries => this with { Entries = Entries + entries.Values.Count },
        _ => this,
    };

    public override string ToString() => FormattableString.Invariant($"{Records} records ({Jobs} jobs), {Streams} journals, {Entries} entries");
}
