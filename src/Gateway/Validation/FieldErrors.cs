namespace Gateway.Validation;

/// <summary>Every rule that a request breaks, by field. Bounded, and allocates nothing while there are none.</summary>
internal sealed class FieldErrors
{
    private const int MaxRules = 100;

    private Dictionary<string, IReadOnlyList<string>>? _errors;
    private int _rules;

    public bool Any => _errors is not null;

    public IReadOnlyDictionary<string, IReadOnlyList<string>> ByField => _errors ?? [];

    public void Add(string field, string rule)
    {
        if (_rules++ >= MaxRules)
            return;
        _errors ??= new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (_errors.TryGetValue(field, out var rules))
            ((List<string>)rules).Add(rule);
        else
            _errors[field] = new List<string> { rule };
    }
}
