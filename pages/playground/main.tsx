import '../parts/style.css';
import './playground.css';
import { render } from 'preact';
import { Playground } from './playground.tsx';

const place = document.getElementById('page')!;
place.replaceChildren();
render(<Playground />, place);
