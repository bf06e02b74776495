namespace Grains.Tests.Support;

/// <summary>Calls between grains that a test answers itself, by "Interface.Method"; all scripted calls are written down.</summary>
internal sealed class ScriptedPeers : IOutgoingGrainCallFilter
{
    private readonly Dictionary<string, Func<string, object?[], object?>> _answers = [];

    /// <summary>"Interface.Method key(arguments)", in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>From now on these calls do not reach a grain; an exception that <paramref name="answer"/> throws reaches the caller.</summary>
    /// <param name="method">As "IJobGrain.Fence".</param>
    /// <param name="answer">From the target's key and the arguments.</param>
    public void On(string method, Func<string, object?[], object?> answer) => _answers[method] = answer;

    /// <summary>From now on these calls reach the grain again.</summary>
    public void Forget(string method) => _answers.Remove(method);

    public int Count(string method) => Calls.Count(c => c.StartsWith(method + " ", StringComparison.Ordinal));

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var method = $"{context.InterfaceMethod.DeclaringType!.Name}.{context.MethodName}";
        if (!_answers.TryGetValue(method, out var answer))
        {
            await context.Invoke();
            return;
        }

        var key = context.TargetId.Key.ToString()!;
        var arguments = Enumerable.Range(0, context.Request.GetArgumentCount()).Select(context.Request.GetArgument).ToArray();
        Calls.Add($"{method} {key}({string.Join(", ", arguments)})");
        await Task.Yield();
        context.Result = answer(key, arguments);
    }
}
