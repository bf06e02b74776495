namespace Orleans.Activations;

/// <summary>What waits for its turn, in order; cheap to take from the front.</summary>
internal sealed class WaitingList
{
    private TurnWork?[] _items = new TurnWork?[1];
    private int _head;

    public int Count { get; private set; }

    public TurnWork this[int index] => _items[(_head + index) & (_items.Length - 1)]!;

    public void Add(TurnWork work)
    {
        if (Count == _items.Length)
        {
            var bigger = new TurnWork?[_items.Length * 2];
            for (var i = 0; i < Count; i++)
            {
                bigger[i] = this[i];
            }

            _items = bigger;
            _head = 0;
        }

        _items[(_head + Count++) & (_items.Length - 1)] = work;
    }

    public TurnWork RemoveAt(int index)
    {
        var mask = _items.Length - 1;
        var removed = this[index];
        for (var i = index; i > 0; i--)
        {
            _items[(_head + i) & mask] = _items[(_head + i - 1) & mask];
        }

        _items[_head] = null;
        _head = (_head + 1) & mask;
        Count--;
        return removed;
    }
}
