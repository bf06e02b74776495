using Grains.WhatIf;

namespace Gateway.Tests.Fakes;

internal sealed class FakeWhatIf : IWhatIfGrain
{
    public AskWhatIf? Asked { get; private set; }

    public WhatIfAnswer Answer { get; set; } = WhatIfAnswer.Of(Grains.Outcome.LimitReached, "not now");

    public Task<WhatIfAnswer> Ask(AskWhatIf question)
    {
        Asked = question;
        return Task.FromResult(Answer);
    }
}
