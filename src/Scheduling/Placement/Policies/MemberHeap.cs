namespace Scheduling.Placement.Policies;

/// <summary>The nodes of one state, the lowest number first. Nodes that left are dropped when they come up, or when they are the most.</summary>
internal sealed class MemberHeap
{
    private int[] heap = new int[2];
    private int size;

    /// <summary>Nodes that are in the state now.</summary>
    public int Live { get; set; }

    /// <summary>Adds a node; returns how many there are now.</summary>
    public int Add(int node, int[] stateOf, int state)
    {
        if (size == heap.Length)
        {
            if (size > 2 * Live + 16) DropGone(stateOf, state);
            if (size == heap.Length) Array.Resize(ref heap, size * 2);
        }

        Up(size++, node);
        return ++Live;
    }

    /// <summary>The lowest node that is still in the state, or -1.</summary>
    public int First(int[] stateOf, int state)
    {
        while (size > 0)
        {
            if (stateOf[heap[0]] == state + 1) return heap[0];
            Pop();
        }

        return -1;
    }

    private void DropGone(int[] stateOf, int state)
    {
        var kept = new HashSet<int>();
        for (var i = 0; i < size; i++)
            if (stateOf[heap[i]] == state + 1) kept.Add(heap[i]);
        size = 0;
        foreach (var node in kept) Up(size++, node);
    }

    private void Pop()
    {
        var last = heap[--size];
        var at = 0;
        for (var child = 1; child < size; child = 2 * at + 1)
        {
            if (child + 1 < size && heap[child + 1] < heap[child]) child++;
            if (last <= heap[child]) break;
            heap[at] = heap[child];
            at = child;
        }

        heap[at] = last;
    }

    private void Up(int at, int node)
    {
        for (; at > 0 && heap[(at - 1) / 2] > node; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
        heap[at] = node;
    }
}
